using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using OpenIddict.Server;
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
            context.Refuse(SenderRefusals.CertificateRequired);
        }

        return ValueTask.CompletedTask;
    }
}
