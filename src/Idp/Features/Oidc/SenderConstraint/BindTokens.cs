using Moi.Identity.Idp.Features.Clients;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.SenderConstraint;

/// <summary>Writes into codes and tokens the keys that they are for.</summary>
/// <remarks>
/// Refresh tokens of public clients are bound (RFC 9449 §5, RFC 8705 §4); those of others can only be used by the client, which
/// may change its key or certificate in between.
/// </remarks>
internal sealed class BindTokens(ClientCatalog clients) : IOpenIddictServerHandler<ProcessSignInContext>
{
    public ValueTask HandleAsync(ProcessSignInContext context)
    {
        if (context.EndpointType == OpenIddictServerEndpointType.Authorization)
        {
            // RFC 9449 §10: the code, for the key that the request named.
            new Confirmation((string?)context.Request[Confirmation.DpopKeyParameter], null).Bind(context.AuthorizationCodePrincipal);
        }
        else if (context.EndpointType == OpenIddictServerEndpointType.Token && clients.Find(context.ClientId) is { } client)
        {
            var certificate = client.Metadata.TlsClientCertificateBoundAccessTokens ? context.Transaction.RemoteCertificate : null;
            var confirmation = new Confirmation(
                context.Transaction.GetProof()?.Jkt, certificate is null ? null : Confirmation.HashOf(certificate));
            confirmation.Bind(context.AccessTokenPrincipal);
            confirmation.Bind(context.IssuedTokenPrincipal);
            if (client.IsPublic)
            {
                confirmation.Bind(context.RefreshTokenPrincipal);
            }
        }

        return ValueTask.CompletedTask;
    }
}
