using Microsoft.AspNetCore.Http;

namespace Moi.Identity.SignIn;

/// <summary>The short-lived cookies of sign-ins in flight: one pair a tab.</summary>
internal static class SignInCookies
{
    /// <summary>More sign-ins at once than a person has; beyond it the request headers grow until servers answer 431.</summary>
    private const int KeptInFlight = 5;

    internal static string SessionName(MoiIdentityOptions options) => Host(options) + "moi-session";

    internal static string CorrelationPrefix(MoiIdentityOptions options) => Host(options) + "moi-correlation.";

    internal static string NoncePrefix(MoiIdentityOptions options) => Host(options) + "moi-nonce.";

    /// <summary>Deletes the oldest cookies of sign-ins that were never finished. Browsers send older cookies first (RFC 6265 §5.4).</summary>
    internal static void Prune(HttpContext context, MoiIdentityOptions options)
    {
        foreach (var prefix in (string[])[CorrelationPrefix(options), NoncePrefix(options)])
        {
            var inFlight = context.Request.Headers.Cookie
                .SelectMany(line => line?.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [])
                .Where(cookie => cookie.StartsWith(prefix, StringComparison.Ordinal))
                .Select(cookie => cookie.Split('=', 2)[0])
                .ToList();

            // One more is about to be set.
            foreach (var stale in inFlight.SkipLast(KeptInFlight - 1))
            {
                context.Response.Cookies.Delete(stale, new CookieOptions { Path = "/", Secure = options.IsHttps, HttpOnly = true });
            }
        }
    }

    /// <summary>SECURITY: a sibling host cannot set a cookie with this prefix, so it cannot plant a sign-in of its own (RFC 6265bis §4.1.3.2).</summary>
    private static string Host(MoiIdentityOptions options) => options.IsHttps ? "__Host-" : "";
}
