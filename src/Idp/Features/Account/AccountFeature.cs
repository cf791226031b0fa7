using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Moi.Identity.Idp.Features.Account;

internal static class AccountFeature
{
    /// <summary>Adds the pages under <c>/account</c>, <c>/sign-out</c> and <c>/signed-out</c>.</summary>
    internal static IServiceCollection AddAccount(this IServiceCollection services)
    {
        services.TryAddScoped<IConnectedServices, NoConnectedServices>();
        services.AddScoped<PasskeyRemoval>();
        services.AddScoped<ActivityTexts>();
        services.AddSingleton<PasskeyModels>();
        return services;
    }
}
