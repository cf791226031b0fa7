using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Moi.Identity.Idp.Features.Oidc.Keys;

/// <summary>The signing keys are there, can be decrypted, and are replaced in time. The last is only a warning: old keys sign as well.</summary>
internal sealed class SigningKeysCheck(SigningKeyRing ring, IOptions<SigningKeyOptions> options, TimeProvider time) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        => Task.FromResult(Check());

    private HealthCheckResult Check()
    {
        if (ring.Unreadable.Count > 0)
        {
            return HealthCheckResult.Unhealthy(
                $"{ring.Unreadable.Count} signing keys cannot be decrypted: this server lacks the key of the key ring that protects them. See key_ring.");
        }

        if (!ring.Has(RingKey.Es256))
        {
            return HealthCheckResult.Unhealthy("No signing key has been read yet. See database.");
        }

        var now = time.GetUtcNow();
        var overdue = RingKey.Algorithms.Where(alg => ring.Schedule(alg).IsOverdue(options.Value, now)).ToList();
        if (overdue.Count > 0)
        {
            return HealthCheckResult.Degraded(
                $"The next signing key is overdue for {string.Join(", ", overdue)}: nobody announces it. The present ones go on. See the log.");
        }

        var next = RingKey.Algorithms.Select(alg => ring.Schedule(alg).RotatesAt(options.Value)).Min();
        return HealthCheckResult.Healthy(string.Create(
            CultureInfo.InvariantCulture, $"Every signing key can be decrypted. The next change is due on {next:yyyy-MM-dd}."));
    }
}
