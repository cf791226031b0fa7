namespace Moi.Identity.Idp.Features.Audit;

internal static class AuditFeature
{
    internal static IServiceCollection AddAudit(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddSingleton<AuditContextFactory>();
        return services;
    }
}
