using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.SignUp;

internal static class SignUpFeature
{
    /// <summary>Adds the pages under <c>/sign-up</c>.</summary>
    internal static IServiceCollection AddSignUp(this IServiceCollection services)
    {
        services.AddRecords(SignUpDraft.Record);
        services.AddSingleton<SignUpDrafts>();
        return services;
    }
}
