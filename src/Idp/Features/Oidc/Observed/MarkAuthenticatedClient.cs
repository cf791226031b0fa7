using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.ClientAuthentication;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Observed;

/// <summary>The client has proved who it is: whatever is wrong from here on is its own doing.</summary>
internal sealed class MarkAuthenticatedClient(ClientCatalog clients) : IOpenIddictServerHandler<ProcessAuthenticationContext>
{
    public ValueTask HandleAsync(ProcessAuthenticationContext context)
    {
        if (RequireRegisteredMethod.IsClientEndpoint(context.EndpointType) && clients.Find(context.ClientId) is { } client)
        {
            context.Transaction.SetProperty(typeof(MarkAuthenticatedClient).FullName!, client);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>The client of this request, if it has proved who it is.</summary>
    internal static Client? Of(OpenIddictServerTransaction transaction)
        => transaction.GetProperty<Client>(typeof(MarkAuthenticatedClient).FullName!);
}
