using System.Security.Claims;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.ClientCredentials;

/// <summary>
/// RFC 6749 §4.4.3, RFC 9068 §2.2: an access token whose subject is the client itself. It belongs to no grant, so that
/// nothing is stored for it, and there is neither a refresh token nor an ID token.
/// </summary>
internal sealed class IssueClientToken : IOpenIddictServerHandler<HandleTokenRequestContext>
{
    public ValueTask HandleAsync(HandleTokenRequestContext context)
    {
        if (context.Transaction.GetProperty<ClientTarget>(typeof(ClientTarget).FullName!) is not { } target)
        {
            return ValueTask.CompletedTask;
        }

        var principal = new ClaimsPrincipal(new ClaimsIdentity(GrantTypes.ClientCredentials, Claims.Name, Claims.Role));
        principal.SetClaim(Claims.Subject, context.ClientId);
        principal.SetScopes(target.Scopes);
        principal.SetResources(target.Resource.Identifier);
        context.SignIn(principal);
        return ValueTask.CompletedTask;
    }
}
