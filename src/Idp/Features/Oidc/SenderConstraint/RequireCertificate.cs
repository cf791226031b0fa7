using Moi.Identity.Idp.Features.Clients;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.SenderConstraint;

/// <summary>RFC 8705 §3.4: a client whose tokens are bound to its certificate gets none without one.</summary>
internal sealed class RequireCertificate(ClientCatalog clients) : IOpenIddictServerHandler<ProcessAuthenticationContext>
{
    public ValueTask HandleAsync(ProcessAuthenticationContext context)
    {
        if (context.EndpointType == OpenIddictServerEndpointType.Token && context.Transaction.RemoteCertificate is null
            && clients.Find(context.ClientId) is { Metadata.TlsClientCertificateBoundAccessTokens: true })
        {
            context.Reject(Errors.InvalidRequest, "The tokens of this client are bound to its certificate: the connection must show it.");
        }

        return ValueTask.CompletedTask;
    }
}
