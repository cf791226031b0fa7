using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using Moi.Identity.Idp.Features.Oidc.Grants;
using Moi.Identity.Idp.Features.Oidc.Requests;
using Moi.Identity.Idp.Features.Oidc.SenderConstraint;
using Moi.Identity.Idp.Features.Oidc.TokenExchange;
using Moi.Identity.Idp.Features.Oidc.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Resources;

/// <summary>RFC 7662: a token is active only as long as its grant, the citizen, the passkey and the client are.</summary>
internal sealed class AnswerIntrospection(LiveTokens tokens, GrantStore grants, ClientCatalog clients, Audiences audiences)
    : IOpenIddictServerHandler<HandleIntrospectionRequestContext>
{
    public async ValueTask HandleAsync(HandleIntrospectionRequestContext context)
    {
        var token = context.GenericTokenPrincipal;
        var isRefresh = token.HasTokenType(TokenTypeIdentifiers.RefreshToken);
        var owner = isRefresh
            ? await OwnerOfRefreshTokenAsync(context)
            : (await tokens.FindAsync(token, context.CancellationToken))?.Client;
        if (owner is null)
        {
            // The engine turns this into {"active": false}, which says nothing about why.
            context.Refuse(GrantRefusals.NotActive);
            return;
        }

        // The engine names no type for a bound token. RFC 9449 §6.2 has "DPoP"; one bound to a certificate is used as a bearer token.
        if (context.Confirmation is { } confirmation)
        {
            context.TokenType = confirmation.ContainsKey("jkt") ? NameTokenType.Dpop : TokenTypes.Bearer;
        }

        // Who owns the token may know what is in it; a resource only what is for it (RFC 9396 §9.2).
        var isOwn = owner.Id == context.Request.ClientId;
        IReadOnlyList<string> audience = isOwn ? [] : [clients.Find(context.Request.ClientId)!.Metadata.Resource!.Identifier];
        context.Scopes.UnionWith(isOwn ? token.GetScopes() : audiences.ScopesFor(audience, token.GetScopes()));
        var details = isRefresh ? token.GetClaim(TokenClaims.Details) : token.GetDetails();
        if (!isOwn)
        {
            details = audiences.DetailsFor(audience, details) is { Count: > 0 } theirs ? AuthorizationDetails.Write(theirs) : null;
        }

        if (details is not null)
        {
            context.Claims[AuthorizationDetails.Parameter] = AuthorizationDetails.Parse(details);
        }

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

    /// <summary>The client of a refresh token that may still be used, or nothing.</summary>
    private async ValueTask<Client?> OwnerOfRefreshTokenAsync(HandleIntrospectionRequestContext context)
    {
        var token = context.GenericTokenPrincipal;
        return token.GetGrantId() is { } grantId && Guid.TryParse(token.GetTokenId(), out var id)
            && await grants.FindAsync(grantId, id, context.CancellationToken)
                is { IsValid: true, RefreshStatus: (int)RefreshTokenStatus.Valid } grant
                    ? clients.Find(grant.ClientId)
                    : null;
    }
}
