using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Moi.Identity.Idp.Features.Clients;

/// <summary>The clients have been read.</summary>
internal sealed class ClientsCheck(ClientCatalog clients) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        => Task.FromResult(
            clients.IsLoaded
                ? HealthCheckResult.Healthy("The clients are known.")
                : HealthCheckResult.Unhealthy("The clients have not been read yet. See database."));
}
