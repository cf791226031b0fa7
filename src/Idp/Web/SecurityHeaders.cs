namespace Moi.Identity.Idp.Web;

/// <summary>
/// The headers that every response carries. They are written when the response starts, so that an error page, a
/// refused request and a file all get them.
/// </summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    /// <summary>Scripts and styles come from files of this origin alone, and no script may write markup.</summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'; "
        + "form-action 'self'";

    private const string Permissions =
        "publickey-credentials-get=(self), publickey-credentials-create=(self), clipboard-write=(self), "
        + "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), "
        + "geolocation=(), gyroscope=(), identity-credentials-get=(), magnetometer=(), microphone=(), midi=(), "
        + "payment=(), picture-in-picture=(), screen-wake-lock=(), usb=(), xr-spatial-tracking=()";

    private static readonly object FormTargets = new();

    /// <summary>
    /// Lets the forms of this one response lead to an agency. Chromium applies <c>form-action</c> to every redirect
    /// after a form was sent, so a page whose form ends at an agency names where that is.
    /// </summary>
    /// <param name="context">The request whose answer holds the form.</param>
    /// <param name="target">The agency's redirect URI, already checked against its registration.</param>
    internal static void AllowFormRedirectTo(HttpContext context, string target)
    {
        var uri = new Uri(target, UriKind.Absolute);

        // SECURITY: rebuilt from parsed parts, so that nothing in the address can end the directive and start another.
        var source = uri.Scheme is "https" or "http"
            ? $"{uri.Scheme}://{uri.IdnHost}{(uri.IsDefaultPort ? "" : $":{uri.Port}")}"
            : $"{uri.Scheme}:";
        var sources = (HashSet<string>?)context.Items[FormTargets] ?? [];
        sources.Add(source);
        context.Items[FormTargets] = sources;
    }

    public Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(static state => Write((HttpContext)state), context);
        return next(context);
    }

    private static Task Write(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = context.Items[FormTargets] is HashSet<string> sources
            ? $"{Policy} {string.Join(' ', sources)}"
            : Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Permissions-Policy"] = Permissions;
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";

        // no-referrer would make browsers send "Origin: null" with our own forms.
        headers["Referrer-Policy"] = "same-origin";
        if (context.Request.IsHttps)
        {
            headers.StrictTransportSecurity = "max-age=63072000; includeSubDomains";
        }

        if (headers.CacheControl.Count == 0)
        {
            headers.CacheControl = "no-store";
        }

        return Task.CompletedTask;
    }
}
