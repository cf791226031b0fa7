namespace Moi.Identity.Idp.Features.Clients;

internal static class ClientsFeature
{
    internal static IServiceCollection AddClients(this IServiceCollection services)
    {
        services.AddSingleton<ClientCatalog>();
        services.AddHostedService(sp => sp.GetRequiredService<ClientCatalog>());
        services.AddSingleton<ClientRegistration>();
        return services;
    }
}
