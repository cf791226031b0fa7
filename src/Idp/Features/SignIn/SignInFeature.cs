using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.SignIn;

internal static class SignInFeature
{
    /// <summary>Adds sign-in transactions and the pages under <c>/sign-in</c>.</summary>
    internal static IServiceCollection AddSignIn(this IServiceCollection services)
    {
        services.AddRecords(SignInTransactions.Kind);
        services.AddSingleton<SignInTransactions>();
        services.AddSingleton<SignInRequests>();
        services.AddSingleton<SharedComputer>();
        services.AddSingleton<LastWay>();
        services.AddScoped<SignInCompletion>();
        services.AddScoped<SignInCeremony>();
        return services;
    }
}
