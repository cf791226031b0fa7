using System.Security.Claims;
using Moi.Identity.Idp.Sessions;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Moi.Identity.Idp.Features.Oidc.Tokens;

/// <summary>A citizen as one agency sees them: what ID tokens and access tokens are made from.</summary>
/// <param name="Subject">The pairwise subject.</param>
/// <param name="Sid">What the agency's own session is tied to.</param>
/// <param name="Acr">The assurance level of the authentication.</param>
/// <param name="AuthTime">When a passkey was last touched.</param>
/// <param name="Amr">RFC 8176 methods.</param>
internal sealed record CitizenClaims(string Subject, string Sid, string Acr, DateTimeOffset AuthTime, string[] Amr)
{
    /// <summary>The principal that the engine makes tokens of.</summary>
    internal ClaimsPrincipal ToPrincipal(IEnumerable<string> scopes, IEnumerable<string> resources, Guid grantId)
    {
        var identity = new ClaimsIdentity(SessionAuthentication.Scheme_, Claims.Name, Claims.Role);
        identity.SetClaim(Claims.Subject, Subject)
            .SetClaim("sid", Sid)
            .SetClaim(Claims.AuthenticationContextReference, Acr)
            .SetClaim(Claims.AuthenticationTime, AuthTime.ToUnixTimeSeconds())
            .SetClaims(Claims.AuthenticationMethodReference, [.. Amr]);
        identity.SetDestinations(static claim => claim.Type switch
        {
            Claims.AuthenticationContextReference or Claims.AuthenticationTime =>
                [Destinations.IdentityToken, Destinations.AccessToken],
            "sid" or Claims.AuthenticationMethodReference => [Destinations.IdentityToken],
            _ => [],
        });
        var principal = new ClaimsPrincipal(identity);
        principal.SetScopes(scopes);
        principal.SetResources(resources);
        principal.SetAuthorizationId(grantId.ToString());
        return principal;
    }
}
