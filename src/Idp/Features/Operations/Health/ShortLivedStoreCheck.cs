using Microsoft.Extensions.Diagnostics.HealthChecks;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.Operations.Health;

/// <summary>The store of sessions and ceremonies answers and takes writes: Redis in production, a file otherwise.</summary>
internal sealed class ShortLivedStoreCheck(IShortLivedStore store) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await store.PingAsync(cancellationToken);
            return await store.WarningAsync(cancellationToken) is { } warning
                ? HealthCheckResult.Degraded(warning)
                : HealthCheckResult.Healthy("The store of sessions answers.");
        }
        catch (ShortLivedStoreException e)
        {
            return HealthCheckResult.Unhealthy(e.Message, e);
        }
    }
}
