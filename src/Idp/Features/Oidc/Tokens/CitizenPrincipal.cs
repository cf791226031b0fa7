using System.Security.Claims;
using Moi.Identity.Idp.Sessions;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Moi.Identity.Idp.Features.Oidc.Tokens;

/// <summary>A citizen as one agency sees them: what ID tokens and access tokens are made from.</summary>
/// <param name="Subject">The pairwise subject.</param>
/// <param name="Sid">The session here, or the device; agencies see <see cref="AgencySessionId"/>.</param>
/// <param name="Acr">The assurance level of the authentication.</param>
/// <param name="AuthTime">When a passkey was last touched.</param>
/// <param name="Amr">RFC 8176 methods.</param>
internal sealed record CitizenClaims(string Subject, string Sid, string Acr, DateTimeOffset AuthTime, string[] Amr)
{
    /// <summary>The citizen's own words for the account, if the ID token was asked for them by name.</summary>
    public string? Nickname { get; init; }

    /// <summary>The language, if the ID token was asked for it by name.</summary>
    public string? Locale { get; init; }

    /// <summary>Claims that userinfo was asked for by name.</summary>
    public string[] UserInfoClaims { get; init; } = [];

    /// <summary>The authorization details that were agreed to, as JSON.</summary>
    public string? Details { get; init; }

    /// <summary>The principal that the engine makes tokens of.</summary>
    internal ClaimsPrincipal ToPrincipal(IEnumerable<string> scopes, IEnumerable<string> resources, Guid grantId)
    {
        var identity = new ClaimsIdentity(SessionAuthentication.Scheme_, Claims.Name, Claims.Role);
        identity.SetClaim(Claims.Subject, Subject)
            .SetClaim("sid", AgencySessionId.Of(Sid, Subject))
            .SetClaim(Claims.AuthenticationContextReference, Acr)
            .SetClaim(Claims.AuthenticationTime, AuthTime.ToUnixTimeSeconds())
            .SetClaims(Claims.AuthenticationMethodReference, [.. Amr])
            .SetClaim(Claims.Nickname, Nickname)
            .SetClaim(Claims.Locale, Locale)
            .SetClaims(TokenClaims.UserInfoClaims, [.. UserInfoClaims])
            .SetClaim(TokenClaims.Details, Details);
        identity.SetDestinations(static claim => claim.Type switch
        {
            Claims.AuthenticationContextReference or Claims.AuthenticationTime =>
                [Destinations.IdentityToken, Destinations.AccessToken],
            "sid" or Claims.AuthenticationMethodReference or Claims.Nickname or Claims.Locale => [Destinations.IdentityToken],
            TokenClaims.UserInfoClaims => [Destinations.AccessToken],
            _ => [],
        });
        var principal = new ClaimsPrincipal(identity);
        principal.SetScopes(scopes);
        principal.SetResources(resources);
        principal.SetAuthorizationId(grantId.ToString());
        return principal;
    }
}
