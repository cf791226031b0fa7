using Moi.Identity.Idp.Features.Account;

namespace Moi.Identity.Idp.Features.Consent;

internal static class ConsentFeature
{
    internal static IServiceCollection AddConsent(this IServiceCollection services)
    {
        services.AddScoped<IConnectedServices, ConnectedServices>();
        services.AddSingleton<SentData>();
        return services;
    }
}
