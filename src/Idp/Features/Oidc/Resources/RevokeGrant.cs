using Moi.Identity.Idp.Features.Oidc.Grants;
using Moi.Identity.Idp.Features.Oidc.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Resources;

/// <summary>RFC 7009 §2.1: with a token its whole grant ends, access tokens included.</summary>
internal sealed class RevokeGrant(GrantStore grants) : IOpenIddictServerHandler<HandleRevocationRequestContext>
{
    public async ValueTask HandleAsync(HandleRevocationRequestContext context)
    {
        var token = context.GenericTokenPrincipal;
        var grantId = token.HasTokenType(TokenTypeIdentifiers.RefreshToken) ? token.GetGrantId() : token.GetGrantIdOfAccessToken();
        if (grantId is { } id)
        {
            await grants.RevokeAsync(id, "revoked-by-client", context.CancellationToken);
        }
    }
}
