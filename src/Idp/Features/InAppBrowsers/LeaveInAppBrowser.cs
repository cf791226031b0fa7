using Microsoft.AspNetCore.WebUtilities;
using Moi.Identity.Fido2;
using Moi.Identity.Idp.Telemetry;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.InAppBrowsers;

/// <summary>What the page says. <paramref name="Intent"/> opens Chrome on Android; nothing elsewhere.</summary>
internal sealed record OpenElsewhere(string? AppName, string Address, string? Intent)
{
    /// <summary>The address carries a journey along and works only once.</summary>
    internal bool IsOneTime => Address.Contains($"{Resumptions.Path}?", StringComparison.Ordinal);
}

/// <summary>
/// Meets browsers inside other apps at the first page of a journey. LINE is asked to open the address in the real
/// browser; for the others, and when LINE did not, a page explains how to.
/// </summary>
internal sealed class LeaveInAppBrowser(RequestDelegate next, Resumptions resumptions, IdpMetrics metrics)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (!HttpMethods.IsGet(request.Method)
            || InAppBrowser.Of(request) is not { } app
            || !Concerns(request.Path, app))
        {
            await next(context);
            return;
        }

        metrics.CeremonyFinished(CeremonyKind.Get, $"in_app_browser_{app.Name}");
        var address = await resumptions.AddressAsync(context, context.RequestAborted);
        if (app.Reopens && !request.Query.ContainsKey(InAppBrowser.ReopenParameter))
        {
            context.Response.Redirect(QueryHelpers.AddQueryString(address, InAppBrowser.ReopenParameter, "1"));
            return;
        }

        await View.WriteAsync(
            context, "/Features/InAppBrowsers/OpenElsewhere.cshtml",
            new OpenElsewhere(app.AppName, address, Intent(request, address)), StatusCodes.Status200OK);
    }

    /// <summary>
    /// An authorization request is worth reopening as it is only at once, while a pushed request is still good. Apps
    /// that need the citizen's hand let it become a transaction first, which lasts longer. The code of a device belongs to
    /// the browser in which it is sent, so that the page where it is typed is the last moment to leave.
    /// </summary>
    private static bool Concerns(PathString path, InAppBrowser app)
        => path == "/sign-in" || path == "/sign-up" || path == "/device" || (path == "/connect/authorize" && app.Reopens);

    private static string? Intent(HttpRequest request, string address)
    {
        if (!request.Headers.UserAgent.ToString().Contains("Android", StringComparison.Ordinal))
        {
            return null;
        }

        var uri = new Uri(address);
        return $"intent://{uri.Authority}{uri.PathAndQuery}#Intent;scheme={uri.Scheme};package=com.android.chrome;end";
    }
}
