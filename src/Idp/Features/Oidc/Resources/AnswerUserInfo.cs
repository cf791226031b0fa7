using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using Moi.Identity.Idp.Features.Oidc.Grants;
using Moi.Identity.Idp.Features.Oidc.Requests;
using Moi.Identity.Idp.Features.Oidc.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Resources;

/// <summary>The claims of a citizen who is still active, for a grant that is still valid.</summary>
internal sealed class AnswerUserInfo(GrantStore grants, ClientCatalog clients, Audiences audiences)
    : IOpenIddictServerHandler<HandleUserInfoRequestContext>
{
    public async ValueTask HandleAsync(HandleUserInfoRequestContext context)
    {
        var token = context.AccessTokenPrincipal;
        var grant = token.HasAudience(audiences.UserInfo) && token.GetGrantIdOfAccessToken() is { } id
            ? await grants.FindAsync(id, context.CancellationToken)
            : null;
        if (grant is not { IsValid: true } || clients.Find(grant.ClientId) is not { } client)
        {
            context.Refuse(GrantRefusals.AccessToken);
            return;
        }

        context.Subject = token.GetClaim(Claims.Subject);

        // The engine adds iss and aud, which OpenID Connect Core §5.3.2 reserves for signed answers.
        context.Audiences.Clear();
        context.Issuer = null;
        context.Transaction.SetProperty(typeof(Client).FullName!, client);

        // OpenID Connect Core §5.5: those of the scopes, and those asked for one by one.
        var asked = token.GetClaims(TokenClaims.UserInfoClaims);
        if (token.HasScope(ScopeCatalogue.Profile) || asked.Contains(Claims.Nickname))
        {
            context.Claims[Claims.Nickname] = grant.Nickname;
        }

        if (token.HasScope(ScopeCatalogue.Profile) || asked.Contains(Claims.Locale))
        {
            context.Claims[Claims.Locale] = grant.Locale;
        }

        if (asked.Contains(Claims.AuthenticationContextReference))
        {
            context.Claims[Claims.AuthenticationContextReference] = token.GetClaim(Claims.AuthenticationContextReference);
        }

        if (asked.Contains(Claims.AuthenticationTime) && long.TryParse(token.GetClaim(Claims.AuthenticationTime), out var time))
        {
            context.Claims[Claims.AuthenticationTime] = time;
        }
    }
}
