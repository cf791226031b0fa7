using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Moi.Identity.Idp.Web;

/// <summary>Text files that programs look for at fixed addresses.</summary>
internal static class PublicFiles
{
    internal static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/robots.txt", Robots).AllowAnonymous();
        app.MapGet("/.well-known/security.txt", SecurityTxt).AllowAnonymous();
    }

    /// <summary>Search engines may show the pages about the service, not those of a journey.</summary>
    private static ContentHttpResult Robots() => TypedResults.Text("""
        User-agent: *
        Disallow: /account
        Disallow: /connect
        Disallow: /session
        Disallow: /sign-in
        Disallow: /sign-up

        """);

    /// <summary>RFC 9116.</summary>
    private static ContentHttpResult SecurityTxt(IOptions<IdpOptions> idp, IOptions<WebOptions> web, TimeProvider time)
    {
        var origin = idp.Value.BrowserOrigin;
        var expires = time.GetUtcNow().UtcDateTime.Date.AddDays(180);
        return TypedResults.Text($"""
            Contact: {web.Value.SecurityContact ?? $"{origin}/security#report"}
            Expires: {expires.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}
            Preferred-Languages: zh-TW, en
            Canonical: {origin}/.well-known/security.txt
            Policy: {origin}/security

            """);
    }
}
