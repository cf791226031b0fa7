using Microsoft.Extensions.Diagnostics.HealthChecks;
using Moi.Identity.Fido2;

namespace Moi.Identity.Idp.Features.Metadata;

/// <summary>Which metadata are in use. Never red: citizens sign in without them.</summary>
internal sealed class MetadataCheck(MetadataStore metadata, MetadataUpdates updates, TimeProvider time) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var use = metadata.Current is { } current
            ? $"FIDO metadata no. {current.Number} are in use; "
                + (current.IsStale(time.GetUtcNow(), TimeSpan.Zero) ? "the next are overdue since " : "the next are due on ") + $"{current.NextUpdate:yyyy-MM-dd}."
            : "No FIDO metadata are in use.";
        var refused = metadata.LastFailure is { } failure ? $" The stored ones were refused: {failure.Error}." : "";
        var missed = updates.LastFailure is null ? "" : " The last download came to nothing; see the log.";
        return Task.FromResult(HealthCheckResult.Healthy(use + refused + missed));
    }
}
