using Moi.Identity.Idp.Features.Oidc.Requests;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Tokens;

/// <summary>RFC 9396 §7: the token answer tells the authorization details that the access token has.</summary>
internal sealed class AnswerDetails : IOpenIddictServerHandler<ProcessSignInContext>
{
    public ValueTask HandleAsync(ProcessSignInContext context)
    {
        if (context is { EndpointType: OpenIddictServerEndpointType.Token, IncludeAccessToken: true }
            && context.AccessTokenPrincipal?.GetClaim(AuthorizationDetails.Parameter) is { } details)
        {
            context.Response[AuthorizationDetails.Parameter] = AuthorizationDetails.Parse(details);
        }

        return ValueTask.CompletedTask;
    }
}
