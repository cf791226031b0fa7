using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Moi.Identity.Keys;
using Moi.Identity.Sessions;

namespace Moi.Identity.Diagnostics;

/// <summary>Can this instance sign somebody in now? Each failing part is named, with the setting to look at.</summary>
internal sealed class MoiHealthCheck(
    IOptionsMonitor<OpenIdConnectOptions> openIdConnect, ClientKeys keys, ISessionRecords records) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var failures = new List<string>();
        await TryAsync(failures, "provider (MoiIdentity:Authority)", async () =>
        {
            var manager = openIdConnect.Get(MoiIdentityDefaults.ChallengeScheme).ConfigurationManager!;
            var configuration = await manager.GetConfigurationAsync(cancellationToken).ConfigureAwait(false);
            if (configuration.SigningKeys.Count == 0)
            {
                throw new InvalidOperationException("its key set is empty");
            }
        }).ConfigureAwait(false);
        await TryAsync(failures, "client keys (MoiIdentity:Keys)", () => Task.FromResult(keys.Reload())).ConfigureAwait(false);
        await TryAsync(failures, "session store (MoiIdentity:SessionStore)", () => records.PingAsync(cancellationToken)).ConfigureAwait(false);

        return failures.Count == 0
            ? HealthCheckResult.Healthy()
            : new HealthCheckResult(context.Registration.FailureStatus, string.Join("; ", failures));
    }

    private static async Task TryAsync(List<string> failures, string part, Func<Task> check)
    {
        try
        {
            await check().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            failures.Add($"{part}: {failure.Message}");
        }
    }
}
