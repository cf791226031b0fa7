using Moi.Identity.Idp.Features.Oidc.Grants;
using Moi.Identity.Idp.Features.Oidc.TokenExchange;
using Moi.Identity.Idp.Features.Oidc.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Resources;

/// <summary>
/// RFC 7009 §2.1: with a token its whole grant ends, access tokens included. A client's own token has no grant, and an
/// exchanged one stands on the grant of another client, which is not its holder's to end: these end alone.
/// </summary>
internal sealed class RevokeGrant(GrantStore grants, RevokedTokens revoked) : IOpenIddictServerHandler<HandleRevocationRequestContext>
{
    public async ValueTask HandleAsync(HandleRevocationRequestContext context)
    {
        var token = context.GenericTokenPrincipal;
        var grantId = token.HasTokenType(TokenTypeIdentifiers.RefreshToken) ? token.GetGrantId() : token.GetGrantIdOfAccessToken();
        if (grantId is not { } id)
        {
            return;
        }

        if (id == Guid.Empty || ActorChain.Of(token).Count > 0)
        {
            await revoked.AddAsync(token, context.CancellationToken);
        }
        else
        {
            await grants.RevokeAsync(id, "revoked-by-client", context.CancellationToken);
        }
    }
}
