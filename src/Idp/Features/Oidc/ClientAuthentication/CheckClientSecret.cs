using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.ClientAuthentication;

/// <summary>Compares a client secret with the stored hash in constant time.</summary>
internal sealed class CheckClientSecret(ClientCatalog clients) : IOpenIddictServerHandler<ProcessAuthenticationContext>
{
    public ValueTask HandleAsync(ProcessAuthenticationContext context)
    {
        if (RequireRegisteredMethod.IsClientEndpoint(context.EndpointType) && !string.IsNullOrEmpty(context.ClientSecret)
            && clients.Find(context.ClientId) is { IsPublic: false } client && !client.HasSecret(context.ClientSecret))
        {
            context.Refuse(ClientRefusals.Secret.With(client.Metadata.TokenEndpointAuthMethod), "the secret is wrong");
        }

        return ValueTask.CompletedTask;
    }
}
