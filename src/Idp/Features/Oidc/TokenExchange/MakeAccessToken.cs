using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.TokenExchange;

/// <summary>
/// What an exchange gives is an access token like any other, made in the same place, and nothing beside it. The engine
/// has a second kind of token for it, past which every rule about access tokens would have to be led once more.
/// </summary>
internal sealed class MakeAccessToken : IOpenIddictServerHandler<ProcessSignInContext>
{
    public ValueTask HandleAsync(ProcessSignInContext context)
    {
        if (context.EndpointType == OpenIddictServerEndpointType.Token && context.Request.IsTokenExchangeGrantType())
        {
            context.GenerateIssuedToken = context.IncludeIssuedToken = false;
            context.GenerateRefreshToken = context.IncludeRefreshToken = false;
            context.GenerateAccessToken = context.IncludeAccessToken = true;
        }

        return ValueTask.CompletedTask;
    }
}
