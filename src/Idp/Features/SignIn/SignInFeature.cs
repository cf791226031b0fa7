using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.SignIn;

internal static class SignInFeature
{
    internal static IServiceCollection AddSignIn(this IServiceCollection services)
    {
        services.AddRecords(SignInTransactions.Kind);
        services.AddSingleton<SignInTransactions>();
        return services;
    }
}
