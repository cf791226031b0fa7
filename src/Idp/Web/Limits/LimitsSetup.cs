namespace Moi.Identity.Idp.Web.Limits;

internal static class LimitsSetup
{
    internal static IServiceCollection AddLimits(this IServiceCollection services)
    {
        services.AddOptions<LimitOptions>().BindConfiguration(LimitOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<RequestLimiter>();
        return services;
    }

    /// <summary>Comes after what knows the sender's address and shows errors, and before everything that works for a request.</summary>
    internal static void UseLimits(this WebApplication app) => app.UseMiddleware<LimitRequests>();
}
