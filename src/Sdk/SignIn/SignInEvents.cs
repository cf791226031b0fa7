using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using Moi.Identity.Assurance;
using Moi.Identity.BackChannel;
using Moi.Identity.Diagnostics;
using Moi.Identity.Dpop;
using Moi.Identity.Keys;
using Moi.Identity.Pages;
using Moi.Identity.Sessions;
using Moi.Identity.Tokens;

namespace Moi.Identity.SignIn;

/// <summary>The way of one sign-in, in its order.</summary>
internal sealed partial class SignInEvents(
    IOptions<MoiIdentityOptions> options,
    DpopKeys dpop,
    KeptTokens tokens,
    BrowserSession browserSession,
    Page page,
    MoiTelemetry telemetry,
    ILogger<SignInEvents> logger) : OpenIdConnectEvents
{
    private const string RetryItem = "moi.retry";
    private const string SubjectItem = "moi.subject";

    /// <summary>The thumbprint of the DPoP key with which this sign-in began: another instance may finish it, after a newer key was made.</summary>
    internal const string DpopItem = "moi.dpop_jkt";

    /// <summary>1. The request is made: our address, the assurance asked for, the language of the page the citizen comes from, the key of what will be issued.</summary>
    public override Task RedirectToIdentityProvider(RedirectContext context)
    {
        var request = context.Request;
        context.ProtocolMessage.RedirectUri = options.Value.PublicOrigin + request.PathBase + MoiIdentityDefaults.CallbackPath;
        context.ProtocolMessage.UiLocales = page.Language(context.HttpContext).Name;

        if (StepUp.Read(context.Properties) is { } asked)
        {
            context.ProtocolMessage.AcrValues = Acr.Of(asked.Level);

            // A step-up belongs to the citizen who is signed in now.
            if (context.HttpContext.User.FindFirstValue("sub") is { } subject)
            {
                context.Properties.Items[SubjectItem] = subject;
            }
        }

        if (dpop.ForNewTokens is { } key)
        {
            // RFC 9449 §10: the code is bound to the key with which it will be redeemed.
            context.Properties.Items[DpopItem] = key.Kid;
            context.ProtocolMessage.SetParameter(BackChannelHandler.KeyField, key.Kid);
        }

        context.Properties.Items[RetryItem] = HttpMethods.IsGet(request.Method)
            ? request.PathBase + request.Path + request.QueryString
            : context.Properties.RedirectUri;
        return Task.CompletedTask;
    }

    /// <summary>2. The request is pushed (RFC 9126). The back channel signs, authenticates and proves it.</summary>
    public override Task PushAuthorization(PushedAuthorizationContext context)
    {
        context.HandleClientAuthentication();
        return Task.CompletedTask;
    }

    /// <summary>3. The answer comes back. RFC 9207 §2.4: its <c>iss</c> is compared before anything else in it is believed, errors included.</summary>
    public override async Task MessageReceived(MessageReceivedContext context)
    {
        // SECURITY: mix-up. A missing iss is as bad as a wrong one: our provider always sends it.
        var issuer = await IssuerAsync(context.Options, context.HttpContext).ConfigureAwait(false);
        if (context.ProtocolMessage.Iss != issuer)
        {
            context.Fail(new SignInRefusedException(
                SignInProblem.WrongIssuer, $"the authorization response has no iss, or another than \"{issuer}\""));
        }
    }

    /// <summary>4. The code is redeemed, with the key that it is bound to. The back channel authenticates it.</summary>
    public override Task AuthorizationCodeReceived(AuthorizationCodeReceivedContext context)
    {
        if (context.Properties!.Items.TryGetValue(DpopItem, out var thumbprint))
        {
            context.TokenEndpointRequest!.SetParameter(BackChannelHandler.KeyField, thumbprint);
        }

        return Task.CompletedTask;
    }

    /// <summary>RFC 9449 §5: "the token_type … MUST be DPoP". SECURITY: an unbound token in its place could be used by whoever steals it.</summary>
    public override Task TokenResponseReceived(TokenResponseReceivedContext context)
    {
        var expected = context.Properties!.Items.ContainsKey(DpopItem) ? DpopProofs.Scheme : "Bearer";
        return string.Equals(context.TokenEndpointResponse.TokenType, expected, StringComparison.OrdinalIgnoreCase)
            ? Task.CompletedTask
            : throw new SignInRefusedException(SignInProblem.ProviderRefused, $"the access token is not of type {expected}");
    }

    /// <summary>5. The ID token is measured against the request, and the session is described.</summary>
    public override Task TokenValidated(TokenValidatedContext context)
    {
        var now = context.Options.TimeProvider!.GetUtcNow();
        var properties = context.Properties!;
        IdTokenRules.Require(context.SecurityToken, context.Options.ClientId!, StepUp.Read(properties), now);
        if (properties.Items.TryGetValue(SubjectItem, out var subject) && subject != context.SecurityToken.Subject)
        {
            throw new SignInRefusedException(SignInProblem.AnotherCitizen, "the step-up was answered by another subject");
        }

        properties.IsPersistent = false;
        properties.AllowRefresh = false;
        properties.IssuedUtc = now;
        properties.ExpiresUtc = now + options.Value.SessionLifetime;
        properties.Items[CitizenTicketStore.SignInItem] = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(16));
        properties.Items[CitizenTicketStore.IssuedItem] =
            new DateTimeOffset(context.SecurityToken.IssuedAt, TimeSpan.Zero).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

        // The hint of a later sign-out (OpenID Connect RP-Initiated Logout §2). It stays on the server.
        properties.StoreTokens([new AuthenticationToken { Name = "id_token", Value = context.TokenEndpointResponse!.IdToken }]);
        tokens.Keep(properties, context.TokenEndpointResponse, properties.Items.TryGetValue(DpopItem, out var thumbprint) ? thumbprint : null, now);
        return Task.CompletedTask;
    }

    /// <summary>6. The session begins, under a key of its own.</summary>
    public override async Task TicketReceived(TicketReceivedContext context)
    {
        context.Properties!.Items.Remove(RetryItem);
        context.Properties.Items.Remove(SubjectItem);
        context.Properties.Items.Remove(DpopItem);
        await browserSession.EndEarlierAsync(context.HttpContext).ConfigureAwait(false);
        telemetry.SignedIn();
    }

    /// <summary>The citizen or the provider said no (RFC 6749 §4.1.2.1, <c>access_denied</c>).</summary>
    public override async Task AccessDenied(AccessDeniedContext context)
    {
        await RefuseAsync(context.HttpContext, context.Properties, SignInProblem.Declined, "access_denied").ConfigureAwait(false);
        context.HandleResponse();
    }

    /// <summary>Anything else went wrong: one log line, one page, no second journey.</summary>
    public override async Task RemoteFailure(RemoteFailureContext context)
    {
        var failure = context.Failure ?? new InvalidOperationException("unknown");
        await RefuseAsync(context.HttpContext, context.Properties, SignInFailures.Explain(failure), failure.Message).ConfigureAwait(false);
        context.HandleResponse();
    }

    /// <summary>Signing out at the provider too: our address again, never the Host header's.</summary>
    public override Task RedirectToIdentityProviderForSignOut(RedirectContext context)
    {
        context.ProtocolMessage.ClientId = context.Options.ClientId;
        context.ProtocolMessage.UiLocales = page.Language(context.HttpContext).Name;
        context.ProtocolMessage.PostLogoutRedirectUri =
            options.Value.PublicOrigin + context.Request.PathBase + MoiIdentityDefaults.SignedOutPath;
        return Task.CompletedTask;
    }

    /// <summary>Back from signing out: the endpoint shows its page or goes where the setting says.</summary>
    public override Task SignedOutCallbackRedirect(RemoteSignOutContext context)
    {
        context.SkipHandler();
        return Task.CompletedTask;
    }

    private async Task RefuseAsync(HttpContext context, AuthenticationProperties? properties, SignInProblem problem, string detail)
    {
        telemetry.SignInRefused(problem.Code);
        LogRefused(logger, problem.Code, problem.Name, OneLine(detail));
        var retry = properties?.Items.TryGetValue(RetryItem, out var path) == true ? path : null;
        await page.ShowAsync(context, problem, retry).ConfigureAwait(false);
    }

    private static async Task<string> IssuerAsync(OpenIdConnectOptions oidc, HttpContext context) =>
        (await oidc.ConfigurationManager!.GetConfigurationAsync(context.RequestAborted).ConfigureAwait(false)).Issuer;

    /// <summary>SECURITY: error texts come from the browser; a line break in one would forge a second log line.</summary>
    private static string OneLine(string text) =>
        string.Concat(text.Take(500).Select(c => char.IsControl(c) ? ' ' : c));

    [LoggerMessage(EventId = 5201, Level = LogLevel.Warning, Message = "Sign-in refused with {Code} ({Name}): {Detail}")]
    private static partial void LogRefused(ILogger logger, string code, string name, string detail);
}
