using System.Data.Common;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Moi.Identity.Idp.Data;

namespace Moi.Identity.Idp.Features.Operations.Health;

/// <summary>The database answers and has the tables that this version of the server needs.</summary>
internal sealed class DatabaseCheck(SqlDatabase sql, IServiceScopeFactory scopes) : IHealthCheck
{
    // Tables do not go away again; looked at until they are there.
    private volatile bool _isMigrated;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            if (!_isMigrated)
            {
                await using var scope = scopes.CreateAsyncScope();
                var pending = await scope.ServiceProvider.GetRequiredService<IdpDb>().Database.GetPendingMigrationsAsync(cancellationToken);
                if (pending.Any())
                {
                    return HealthCheckResult.Unhealthy("The database lacks tables of this version: run the command \"migrate\".");
                }

                _isMigrated = true;
            }

            await sql.ListAsync("SELECT 1", static _ => { }, static row => row.Number(0), cancellationToken);
            return HealthCheckResult.Healthy("The database answers.");
        }
        catch (Exception e) when (e is DbException or SocketException or TimeoutException or InvalidOperationException)
        {
            return HealthCheckResult.Unhealthy($"The database does not answer ({e.GetType().Name}).", e);
        }
    }
}
