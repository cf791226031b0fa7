using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Moi.Identity.Idp.Features.Oidc.Keys;

/// <summary>The signing keys are there and can be decrypted.</summary>
internal sealed class SigningKeysCheck(SigningKeyRing ring) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        => Task.FromResult(
            ring.Unreadable.Count > 0
                ? HealthCheckResult.Unhealthy(
                    $"{ring.Unreadable.Count} signing keys cannot be decrypted: this server lacks the key of the key ring that protects them. See key_ring.")
                : ring.Has(RingKey.Es256)
                    ? HealthCheckResult.Healthy("Every signing key can be decrypted.")
                    : HealthCheckResult.Unhealthy("No signing key has been read yet. See database."));
}
