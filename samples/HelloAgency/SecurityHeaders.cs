using Microsoft.Extensions.Options;
using Moi.Identity;

namespace HelloAgency;

/// <summary>Headers for every page. Forms may lead to the provider too: signing out is a POST that is redirected there.</summary>
internal sealed class SecurityHeaders(RequestDelegate next, IOptions<MoiIdentityOptions> moi)
{
    private readonly string _policy =
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        + $"form-action 'self' {new Uri(moi.Value.Authority).GetLeftPart(UriPartial.Authority)}";

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = _policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        return next(context);
    }
}
