using Microsoft.AspNetCore;
using Microsoft.Extensions.Options;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.MutualTls;

/// <summary>Shows the engine the certificate of the connection, where programs call and if mutual TLS is switched on.</summary>
internal sealed class ReadClientCertificate(IOptions<IdpOptions> idp) : IOpenIddictServerHandler<ProcessRequestContext>
{
    public ValueTask HandleAsync(ProcessRequestContext context)
    {
        if (idp.Value.MutualTls.Enabled
            && context.EndpointType is OpenIddictServerEndpointType.Token or OpenIddictServerEndpointType.PushedAuthorization
                or OpenIddictServerEndpointType.DeviceAuthorization or OpenIddictServerEndpointType.Introspection
                or OpenIddictServerEndpointType.Revocation or OpenIddictServerEndpointType.UserInfo)
        {
            context.Transaction.RemoteCertificate = context.Transaction.GetHttpRequest()!.HttpContext.Connection.ClientCertificate;
        }

        return ValueTask.CompletedTask;
    }
}
