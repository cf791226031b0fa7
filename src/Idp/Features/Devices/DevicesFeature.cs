using Moi.Identity.Idp.Features.Account;

namespace Moi.Identity.Idp.Features.Devices;

/// <summary>What citizens see of devices without a browser (RFC 8628 §3.3): the page for the code, and what became of it.</summary>
internal static class DevicesFeature
{
    internal static IServiceCollection AddDevices(this IServiceCollection services)
    {
        services.AddSingleton<DeviceGrants>();
        services.AddSingleton<IConnectedDevices>(sp => sp.GetRequiredService<DeviceGrants>());
        services.AddSingleton<DeviceDecision>();
        return services;
    }
}
