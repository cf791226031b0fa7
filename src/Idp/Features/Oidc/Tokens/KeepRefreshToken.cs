using Moi.Identity.Idp.Features.Clients;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Tokens;

/// <summary>
/// FAPI 2.0 Security Profile §5.3.2.1: refresh tokens of its clients are not rotated. The client keeps the one it has,
/// until that expires or its grant ends. A client that is no longer registered for <c>offline_access</c> gets none.
/// </summary>
internal sealed class KeepRefreshToken(ClientCatalog clients) : IOpenIddictServerHandler<ProcessSignInContext>
{
    public ValueTask HandleAsync(ProcessSignInContext context)
    {
        if (context.EndpointType == OpenIddictServerEndpointType.Token && clients.Find(context.ClientId) is { } client
            && (!client.MayGoOffline || (context.Request.IsRefreshTokenGrantType() && !client.Profile.RotatesRefreshTokens)))
        {
            context.GenerateRefreshToken = context.IncludeRefreshToken = false;
        }

        return ValueTask.CompletedTask;
    }
}
