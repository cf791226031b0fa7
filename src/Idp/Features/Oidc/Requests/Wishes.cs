using Moi.Identity.Idp.Features.Clients;
using OpenIddict.Abstractions;

namespace Moi.Identity.Idp.Features.Oidc.Requests;

/// <summary>What an accepted request wants of a citizen: what the consent page shows and the tokens will carry.</summary>
/// <param name="Scopes">Scopes, each once.</param>
/// <param name="IdTokenClaims">Claims asked for one by one in the ID token, that the client may have.</param>
/// <param name="UserInfoClaims">The same for userinfo.</param>
/// <param name="Details">Authorization details.</param>
/// <param name="Releasable">All that this client may ever ask for: what it may no longer ask for is no longer agreed to.</param>
internal sealed record Wishes(
    IReadOnlyList<string> Scopes, IReadOnlyList<string> IdTokenClaims, IReadOnlyList<string> UserInfoClaims,
    IReadOnlyList<AuthorizationDetail> Details, IReadOnlyList<string> Releasable)
{
    /// <summary>Scopes and claims, in the words in which a consent is stored.</summary>
    internal IReadOnlyList<string> Released => ScopeCatalogue.ReleasedBy(Scopes, IdTokenClaims.Concat(UserInfoClaims));

    internal IReadOnlyList<string> DetailTypes => [.. Details.Select(detail => detail.Type.Name).Distinct()];

    /// <summary>Of a request that names scopes and nothing else, as a device's does.</summary>
    internal static Wishes OfScopes(IReadOnlyList<string> scopes) => new(scopes, [], [], [], []);

    internal static Wishes Of(OpenIddictRequest request, Client client, ClientCatalog clients)
    {
        var claims = ClaimsRequest.Of(request);
        return new Wishes(
            [.. request.GetScopes().Distinct()],
            [.. claims.IdToken.Where(client.MayHave)],
            [.. claims.UserInfo.Where(client.MayHave)],
            AuthorizationDetails.Of((string?)request[AuthorizationDetails.Parameter], client, clients),
            ScopeCatalogue.ReleasedBy(client.Metadata.Scopes, client.ReleasableClaims));
    }
}
