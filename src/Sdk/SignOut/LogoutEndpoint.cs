using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Moi.Identity.Pages;

namespace Moi.Identity.SignOut;

/// <summary>POST /moi/logout: OpenID Connect RP-Initiated Logout 1.0. The session here ends first, whatever the provider does.</summary>
internal static partial class LogoutEndpoint
{
    internal static async Task HandleAsync(
        HttpContext context, IOptions<MoiIdentityOptions> options, Page page, ILogger<MoiIdentityOptions> logger)
    {
        // SECURITY: another site must not sign citizens out. The session cookie is SameSite=Lax, so it could not anyway; this says it aloud.
        if (IsCrossSite(context.Request, options.Value.PublicOrigin))
        {
            await page.ShowAsync(context, SignInProblem.CrossSiteSignOut).ConfigureAwait(false);
            return;
        }

        context.Response.Headers.CacheControl = "no-store";
        var signedOut = context.Request.PathBase + MoiIdentityDefaults.SignedOutPath;
        var session = await context.AuthenticateAsync(MoiIdentityDefaults.SessionScheme).ConfigureAwait(false);
        await context.SignOutAsync(MoiIdentityDefaults.SessionScheme).ConfigureAwait(false);
        if (!session.Succeeded)
        {
            context.Response.Redirect(signedOut);
            return;
        }

        try
        {
            await context.SignOutAsync(MoiIdentityDefaults.ChallengeScheme, new AuthenticationProperties { RedirectUri = signedOut })
                .ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is InvalidOperationException or HttpRequestException or IOException)
        {
            LogProviderNotTold(logger, failure);
            context.Response.Redirect(signedOut);
        }
    }

    private static bool IsCrossSite(HttpRequest request, string publicOrigin) =>
        request.Headers["Sec-Fetch-Site"].ToString() is { Length: > 0 } site
            ? site is not ("same-origin" or "none")
            : request.Headers.Origin.ToString() is { Length: > 0 } origin && origin != publicOrigin;

    [LoggerMessage(EventId = 5301, Level = LogLevel.Error,
        Message = "The citizen is signed out here, but the provider could not be told. Look at MoiIdentity:Authority.")]
    private static partial void LogProviderNotTold(ILogger logger, Exception failure);
}
