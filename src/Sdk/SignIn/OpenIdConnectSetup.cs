using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Moi.Identity.BackChannel;

namespace Moi.Identity.SignIn;

/// <summary>ASP.NET Core's OpenID Connect handler with the settings of this package: code, PKCE, PAR, <c>private_key_jwt</c>, nonce, exact issuer.</summary>
internal sealed class OpenIdConnectSetup(IOptions<MoiIdentityOptions> options, Provider provider, TimeProvider time)
    : IConfigureNamedOptions<OpenIdConnectOptions>
{
    public void Configure(OpenIdConnectOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, OpenIdConnectOptions oidc)
    {
        if (name != MoiIdentityDefaults.ChallengeScheme)
        {
            return;
        }

        var moi = options.Value;
        oidc.Authority = moi.Authority;
        oidc.ClientId = moi.ClientId;
        oidc.RequireHttpsMetadata = Discovery.RequiresHttps(moi.Authority, moi.UnsafeAllowHttp);
        oidc.SignInScheme = MoiIdentityDefaults.SessionScheme;
        oidc.SignOutScheme = MoiIdentityDefaults.SessionScheme;
        oidc.EventsType = typeof(SignInEvents);
        oidc.DisableTelemetry = true;

        oidc.ResponseType = OpenIdConnectResponseType.Code;
        oidc.ResponseMode = OpenIdConnectResponseMode.Query;
        oidc.UsePkce = true;
        oidc.PushedAuthorizationBehavior = moi.UnsafeAllowWithoutPar
            ? PushedAuthorizationBehavior.UseIfAvailable
            : PushedAuthorizationBehavior.Require;
        oidc.Scope.Clear();
        foreach (var scope in moi.EffectiveScopes)
        {
            oidc.Scope.Add(scope);
        }

        oidc.CallbackPath = MoiIdentityDefaults.CallbackPath;
        oidc.SignedOutCallbackPath = MoiIdentityDefaults.SignedOutPath;

        // Front-channel logout relies on third-party cookies, which browsers no longer send.
        oidc.RemoteSignOutPath = default;

        oidc.MapInboundClaims = false;
        oidc.SaveTokens = false;
        oidc.UseTokenLifetime = false;
        oidc.GetClaimsFromUserInfoEndpoint = moi.UseUserInfo;
        oidc.ClaimActions.Clear();
        oidc.ClaimActions.Add(new UserInfoClaims());

        oidc.ProtocolValidator = new OpenIdConnectProtocolValidator
        {
            RequireNonce = true,
            RequireState = true,
            RequireStateValidation = false, // The handler validates state itself.
            NonceLifetime = TimeSpan.FromMinutes(15),
        };
        oidc.TokenValidationParameters = IdTokenRules.Parameters(moi, time);
        oidc.TokenHandler = new SignedIdTokens(provider.Discovery);

        Transient(oidc.CorrelationCookie, SignInCookies.CorrelationPrefix(moi), moi);
        Transient(oidc.NonceCookie, SignInCookies.NoncePrefix(moi), moi);
        oidc.Backchannel = provider.Http;
        oidc.ConfigurationManager = provider.Discovery;
    }

    private static void Transient(CookieBuilder cookie, string prefix, MoiIdentityOptions moi)
    {
        cookie.Name = prefix;
        cookie.Path = "/";
        cookie.HttpOnly = true;

        // The answer arrives as a top-level GET, so Lax is enough.
        cookie.SameSite = SameSiteMode.Lax;
        cookie.SecurePolicy = moi.IsHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.None;
    }
}
