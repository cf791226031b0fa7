using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Grants;
using Moi.Identity.Idp.Features.Oidc.TokenExchange;
using Moi.Identity.Idp.Features.Oidc.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Resources;

/// <summary>RFC 7662: a token is active only as long as its grant, the citizen, the passkey and the client are.</summary>
internal sealed class AnswerIntrospection(LiveTokens tokens, GrantStore grants, ClientCatalog clients)
    : IOpenIddictServerHandler<HandleIntrospectionRequestContext>
{
    public async ValueTask HandleAsync(HandleIntrospectionRequestContext context)
    {
        var token = context.GenericTokenPrincipal;
        var isActive = token.HasTokenType(TokenTypeIdentifiers.RefreshToken)
            ? await IsActiveRefreshTokenAsync(context)
            : await tokens.FindAsync(token, context.CancellationToken) is not null;
        if (!isActive)
        {
            // The engine turns this into {"active": false}, which says nothing about why.
            context.Reject(Errors.InvalidToken, "The token is not active.");
            return;
        }

        // The caller owns the token or is its audience; it may know what is in it.
        context.Scopes.UnionWith(token.GetScopes());
        foreach (var name in (string[])[Claims.AuthenticationContextReference, Claims.AuthenticationTime])
        {
            if (token.FindFirst(name) is { } claim && !context.Claims.ContainsKey(name))
            {
                context.Claims[name] = long.TryParse(claim.Value, out var number) ? number : claim.Value;
            }
        }

        if (ActorChain.Read(token) is { } act)
        {
            context.Claims[ActorChain.Claim] = act;
        }
    }

    private async ValueTask<bool> IsActiveRefreshTokenAsync(HandleIntrospectionRequestContext context)
    {
        var token = context.GenericTokenPrincipal;
        return token.GetGrantId() is { } grantId && Guid.TryParse(token.GetTokenId(), out var id)
            && await grants.FindAsync(grantId, id, context.CancellationToken)
                is { IsValid: true, RefreshStatus: (int)RefreshTokenStatus.Valid } grant
            && clients.Find(grant.ClientId) is not null;
    }
}
