using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Grants;
using Moi.Identity.Idp.Features.Oidc.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Resources;

/// <summary>The claims of a citizen who is still active, for a grant that is still valid.</summary>
internal sealed class AnswerUserInfo(GrantStore grants, ClientCatalog clients, IOptions<IdpOptions> options)
    : IOpenIddictServerHandler<HandleUserInfoRequestContext>
{
    public async ValueTask HandleAsync(HandleUserInfoRequestContext context)
    {
        var token = context.AccessTokenPrincipal;
        var grant = token.HasAudience(options.Value.Issuer + "connect/userinfo") && token.GetGrantIdOfAccessToken() is { } id
            ? await grants.FindAsync(id, null, context.CancellationToken)
            : null;
        if (grant is not { IsValid: true } || clients.Find(grant.ClientId) is null)
        {
            context.Reject(Errors.InvalidToken, "The access token is no longer valid.");
            return;
        }

        context.Subject = token.GetClaim(Claims.Subject);

        // The engine adds iss and aud, which OpenID Connect Core §5.3.2 reserves for signed answers.
        context.Audiences.Clear();
        context.Issuer = null;
        if (token.HasScope(ScopeCatalogue.Profile))
        {
            context.Claims[Claims.Nickname] = grant.Nickname;
            context.Claims[Claims.Locale] = grant.Locale;
        }
    }
}
