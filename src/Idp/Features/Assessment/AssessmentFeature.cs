namespace Moi.Identity.Idp.Features.Assessment;

/// <summary>How well the server and each client do by FAPI 2.0, OAuth 2.1 and our own rules.</summary>
internal static class AssessmentFeature
{
    internal static IServiceCollection AddAssessment(this IServiceCollection services)
    {
        services.AddSingleton<ServerChecks>();
        services.AddSingleton<Assessor>();
        return services;
    }
}
