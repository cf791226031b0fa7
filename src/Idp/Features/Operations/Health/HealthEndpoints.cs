using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Moi.Identity.Idp.Features.Operations.Health;

/// <summary>
/// <c>/health/live</c>: the process answers; restart it if not. <c>/health/ready</c>: it can serve citizens; send no
/// requests if not. 200 or 503, and JSON with the reason of each check. A warning asks for a person, not for another server.
/// </summary>
internal static class HealthEndpoints
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    internal static void AddIdpHealth(this IServiceCollection services)
    {
        // Singletons, so that they remember what needs no second proof; a check that is not registered is made anew each time.
        services.AddSingleton<DatabaseCheck>();
        services.AddSingleton<KeyRingCheck>();
        services.AddHealthChecks()
            .AddCheck<Draining>("server", timeout: Patience)
            .AddCheck<SelfExercise>("warm_up", timeout: Patience)
            .AddCheck<DatabaseCheck>("database", timeout: Patience)
            .AddCheck<ShortLivedStoreCheck>("short_lived_store", timeout: Patience)
            .AddCheck<KeyRingCheck>("key_ring", timeout: Patience);
    }

    internal static void MapIdpHealth(this IEndpointRouteBuilder app)
    {
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync }).AllowAnonymous();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = WriteAsync }).AllowAnonymous();
    }

    /// <summary>The description of a check is written for whoever may ask; exceptions stay in the log.</summary>
    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(
            context.Response.Body,
            new
            {
                status = report.Status == HealthStatus.Unhealthy ? "not ready" : "ready",
                checks = report.Entries.ToDictionary(
                    entry => entry.Key,
                    entry => new { status = Name(entry.Value.Status), reason = entry.Value.Description ?? "The check did not finish in time." }),
            },
            JsonSerializerOptions.Web,
            context.RequestAborted);
    }

    private static string Name(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "ready",
        HealthStatus.Degraded => "warning",
        _ => "not ready",
    };
}
