using System.Text.Json.Nodes;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using Moi.Identity.Idp.Features.Oidc.Requests;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Tokens;

/// <summary>
/// An access token says what its audience needs to know: the resources that were granted, or those among them that the
/// token request names, with their scopes and their authorization details.
/// </summary>
internal sealed class LimitAudience(Audiences audiences) : IOpenIddictServerHandler<ProcessSignInContext>
{
    public ValueTask HandleAsync(ProcessSignInContext context)
    {
        if (context is not { EndpointType: OpenIddictServerEndpointType.Token, AccessTokenPrincipal: { } token }
            || !(context.Request.IsAuthorizationCodeGrantType() || context.Request.IsDeviceCodeGrantType()
                || context.Request.IsRefreshTokenGrantType()))
        {
            return ValueTask.CompletedTask;
        }

        var granted = context.Principal!.GetClaim(TokenClaims.Details);
        IEnumerable<string> named = context.Request.GetResources();
        var audience = audiences.Useful(named.Any() ? named : context.Principal!.GetResources(), token.GetScopes(), granted);
        if (audience.Count == 0)
        {
            context.Refuse(GrantRefusals.NothingLeft);
            return ValueTask.CompletedTask;
        }

        token.SetAudiences(audience);
        token.SetScopes(audiences.ScopesFor(audience, token.GetScopes()));
        if (!audience.Contains(audiences.UserInfo))
        {
            token.RemoveClaims(TokenClaims.UserInfoClaims);
        }

        var details = audiences.DetailsFor(audience, granted);
        if ((string?)context.Request[AuthorizationDetails.Parameter] is { } asked)
        {
            var wanted = AuthorizationDetails.Parse(asked)!;
            details = [.. details.Where(detail => wanted.Any(one => JsonNode.DeepEquals(one, detail)))];
        }

        token.SetClaim(AuthorizationDetails.Parameter, details.Count == 0 ? null : AuthorizationDetails.Write(details));
        return ValueTask.CompletedTask;
    }
}
