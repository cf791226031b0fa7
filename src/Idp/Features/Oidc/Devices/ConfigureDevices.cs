using Microsoft.Extensions.Options;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Moi.Identity.Idp.Features.Oidc.Devices;

/// <summary>
/// Switches the device grant on after the engine has checked its options: it would refuse the grant without its own token
/// storage and verification page, of which ours take the place.
/// </summary>
internal sealed class ConfigureDevices : IPostConfigureOptions<OpenIddictServerOptions>
{
    public void PostConfigure(string? name, OpenIddictServerOptions options)
    {
        options.GrantTypes.Add(GrantTypes.DeviceCode);
        options.DeviceAuthorizationEndpointUris.Add(new Uri("connect/device", UriKind.Relative));
    }
}
