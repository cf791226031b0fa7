using System.IdentityModel.Tokens.Jwt;
using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Moi.Identity.Diagnostics;
using Moi.Identity.Keys;
using Moi.Identity.Pages;

namespace Moi.Identity.SignIn;

/// <summary>ASP.NET Core's handler, with three things added around its challenge (LINE's browser is left, old cookies are pruned, a failure has a page) and one around userinfo.</summary>
internal sealed partial class MoiChallengeHandler(
    IOptionsMonitor<OpenIdConnectOptions> options, ILoggerFactory logger, HtmlEncoder html, UrlEncoder url,
    IOptions<MoiIdentityOptions> moi, DpopKeys dpop, Page page, MoiTelemetry telemetry)
    : OpenIdConnectHandler(options, logger, html, url)
{
    private const string OpenExternalBrowser = "openExternalBrowser";

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (string.IsNullOrEmpty(properties.RedirectUri))
        {
            // SECURITY: //evil/login is a path here and another host for the browser that is sent back to it.
            properties.RedirectUri = LocalPath.OfRequest(Request);
        }

        if (ShouldLeaveLine())
        {
            // The whole sign-in must happen in the real browser, this application's cookies included:
            // LINE opens any address with this parameter there.
            Response.Redirect(QueryHelpers.AddQueryString(ReturnToHere(properties), OpenExternalBrowser, "1"));
            return;
        }

        SignInCookies.Prune(Context, moi.Value);
        try
        {
            await base.HandleChallengeAsync(properties).ConfigureAwait(false);
        }
        catch (Exception failure) when (!Response.HasStarted && (failure is OpenIdConnectProtocolException || IsProvidersFault(failure)))
        {
            var problem = SignInFailures.ExplainStart(failure);
            Response.Headers.SetCookie = default;
            telemetry.SignInRefused(problem.Code);
            LogNotStarted(Logger, failure, problem.Code);
            await page.ShowAsync(Context, problem, HttpMethods.IsGet(Request.Method) ? LocalPath.OfRequest(Request) : null)
                .ConfigureAwait(false);
        }
    }

    /// <summary>Userinfo is asked with the access token just given, so the proof is made with the key that this token is bound to.</summary>
    protected override async Task<HandleRequestResult> GetUserInformationAsync(
        OpenIdConnectMessage message, JwtSecurityToken jwt, ClaimsPrincipal principal, AuthenticationProperties properties)
    {
        // Seen by what is called from here, and by nobody else.
        dpop.Chosen = properties.Items.TryGetValue(SignInEvents.DpopItem, out var thumbprint) ? thumbprint : null;
        return await base.GetUserInformationAsync(message, jwt, principal, properties).ConfigureAwait(false);
    }

    // Discovery, PAR or the network. What the handler throws for a missing PAR endpoint is an InvalidOperationException too.
    private static bool IsProvidersFault(Exception failure) =>
        failure is InvalidOperationException || SignInFailures.IsUnreachable(failure);

    private bool ShouldLeaveLine() =>
        HttpMethods.IsGet(Request.Method)
        && !Request.Query.ContainsKey(OpenExternalBrowser)
        && LineUserAgent().IsMatch(Request.Headers.UserAgent.ToString());

    private string ReturnToHere(AuthenticationProperties properties) => Request.Path == MoiIdentityDefaults.LoginPath
        ? QueryHelpers.AddQueryString(Request.PathBase + MoiIdentityDefaults.LoginPath, "returnUrl", properties.RedirectUri ?? "/")
        : LocalPath.OfRequest(Request);

    [GeneratedRegex(@"\bLine/\d", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex LineUserAgent();

    [LoggerMessage(EventId = 5202, Level = LogLevel.Error, Message = "The sign-in could not be started: {Code}. Look at MoiIdentity:Authority and at the provider.")]
    private static partial void LogNotStarted(ILogger logger, Exception failure, string code);
}
