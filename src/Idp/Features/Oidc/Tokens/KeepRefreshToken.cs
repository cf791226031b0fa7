using Moi.Identity.Idp.Features.Clients;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Tokens;

/// <summary>
/// FAPI 2.0 Security Profile §5.3.2.1: refresh tokens of its clients are not rotated. The client keeps the one it has,
/// until that expires or its grant ends.
/// </summary>
internal sealed class KeepRefreshToken(ClientCatalog clients) : IOpenIddictServerHandler<ProcessSignInContext>
{
    public ValueTask HandleAsync(ProcessSignInContext context)
    {
        if (context.EndpointType == OpenIddictServerEndpointType.Token && context.Request.IsRefreshTokenGrantType()
            && clients.Find(context.ClientId) is { Profile.RotatesRefreshTokens: false })
        {
            context.GenerateRefreshToken = context.IncludeRefreshToken = false;
        }

        return ValueTask.CompletedTask;
    }
}
