using System.Security.Cryptography.X509Certificates;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using Moi.Identity.Idp.Features.Oidc.ClientAuthentication;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.MutualTls;

/// <summary>RFC 8705 §2: the certificate of the connection is the client's.</summary>
/// <remarks>
/// The engine's own check knows neither elliptic curves in a key set nor the registered name: it compares the certificate with
/// the host of a redirect address.
/// </remarks>
internal sealed partial class CheckClientCertificate(
    ClientCatalog clients, RemoteKeys remote, TrustedChains chains, ILogger<CheckClientCertificate> logger)
    : IOpenIddictServerHandler<ProcessAuthenticationContext>
{
    public async ValueTask HandleAsync(ProcessAuthenticationContext context)
    {
        if (!RequireRegisteredMethod.IsClientEndpoint(context.EndpointType) || clients.Find(context.ClientId) is not { UsesCertificate: true } client)
        {
            return;
        }

        var reason = context.Transaction.RemoteCertificate is { } certificate
            ? await FindFaultAsync(client, certificate, context.CancellationToken)
            : "there is none";
        if (reason is not null)
        {
            LogRefused(logger, client.Id, reason);
            context.Refuse(ClientRefusals.Certificate, reason);
        }
    }

    private async Task<string?> FindFaultAsync(Client client, X509Certificate2 certificate, CancellationToken ct)
    {
        if (client.Metadata.TokenEndpointAuthMethod == ClientAuthenticationMethods.SelfSignedTlsClientAuth)
        {
            // §2.2: "the certificate chain is not validated": its own dates and issuer say nothing, the registration does.
            var keys = await remote.GetAsync(client, known => known.Include(certificate), ct);
            return keys.Include(certificate) ? null : "its key is not in the client's key set";
        }

        // §2.1: the chain first, so that the names are those that an authority has confirmed.
        return chains.FindFault(certificate)
            ?? (CertificateNames.Have(certificate, client.Metadata.TlsClientName!) ? null : $"it does not have the registered {client.Metadata.TlsClientName!.Kind}");
    }

    [LoggerMessage(EventId = 5803, Level = LogLevel.Warning, Message = "The certificate that {ClientId} presented was refused: {Reason}")]
    private static partial void LogRefused(ILogger logger, string clientId, string reason);
}
