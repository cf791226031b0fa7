using System.Security.Claims;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Grants;
using Moi.Identity.Idp.Features.Oidc.TokenExchange;
using Moi.Identity.Idp.Features.Oidc.Tokens;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Moi.Identity.Idp.Features.Oidc.Resources;

/// <summary>What a live access token stands on: the client it was issued to, and the citizen's grant unless it is the client's own.</summary>
internal sealed record LiveToken(Client Client, GrantState? Grant);

/// <summary>Whether an access token of ours, whose signature and expiry were checked, is still good.</summary>
internal sealed class LiveTokens(GrantStore grants, ClientCatalog clients, RevokedTokens revoked)
{
    /// <summary>The token's standing, or nothing if it is no longer good.</summary>
    /// <remarks>A citizen's token costs one select, a client's own one read of the short-lived store, an exchanged one both.</remarks>
    internal async ValueTask<LiveToken?> FindAsync(ClaimsPrincipal token, CancellationToken ct)
    {
        if (token.GetGrantIdOfAccessToken() is not { } grantId || clients.Find(token.GetClaim(Claims.ClientId)) is not { } client)
        {
            return null;
        }

        // SECURITY: everybody who acted on the way here must still be allowed to (T6).
        var actors = ActorChain.Of(token);
        if (actors.Any(actor => clients.Find(actor) is null))
        {
            return null;
        }

        if ((grantId == Guid.Empty || actors.Count > 0) && await revoked.ContainsAsync(token, ct))
        {
            return null;
        }

        if (grantId == Guid.Empty)
        {
            return token.GetClaim(Claims.Subject) == client.Id ? new LiveToken(client, null) : null;
        }

        return await grants.FindAsync(grantId, ct) is { IsValid: true } grant && clients.Find(grant.ClientId) is not null
            ? new LiveToken(client, grant)
            : null;
    }
}
