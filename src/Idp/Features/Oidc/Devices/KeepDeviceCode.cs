using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Devices;

/// <summary>A device code is a record of ours, not a token that the engine could read. <see cref="RedeemDeviceCode"/> looks it up.</summary>
internal sealed class KeepDeviceCode : IOpenIddictServerHandler<ProcessAuthenticationContext>
{
    public ValueTask HandleAsync(ProcessAuthenticationContext context)
    {
        if (context.EndpointType == OpenIddictServerEndpointType.Token && context.Request?.IsDeviceCodeGrantType() == true)
        {
            context.ExtractDeviceCode = context.RequireDeviceCode = context.ValidateDeviceCode = context.RejectDeviceCode = false;
        }

        return ValueTask.CompletedTask;
    }
}
