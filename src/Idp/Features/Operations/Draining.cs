using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Moi.Identity.Idp.Features.Operations;

/// <summary>Between the request to stop and the end of listening the server serves on, but says that it is not ready.</summary>
internal sealed class Draining(IOptions<ShutdownOptions> options, TimeProvider time) : IHostedLifecycleService, IHealthCheck
{
    private volatile bool _stopping;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        => Task.FromResult(_stopping
            ? HealthCheckResult.Unhealthy("The server is stopping; it finishes the requests that it has.")
            : HealthCheckResult.Healthy("The server accepts requests."));

    /// <summary>Runs before any hosted service, the listener among them, is asked to stop.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        return options.Value.Drain > TimeSpan.Zero ? Task.Delay(options.Value.Drain, time, cancellationToken) : Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
