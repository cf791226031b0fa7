using System.Data.Common;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Moi.Identity.Idp.Data;

namespace Moi.Identity.Idp.Features.Operations.Health;

/// <summary>The database answers, takes writes and has the tables that this version of the server needs.</summary>
internal sealed class DatabaseCheck(SqlDatabase sql, IServiceScopeFactory scopes) : IHealthCheck
{
    // A primary that was demoted answers, and refuses every sign-in.
    private const string TakesWrites = "SELECT NOT (pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on')";

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

            var takesWrites = await sql.ListAsync(
                sql.IsPostgres ? TakesWrites : "SELECT 1", static _ => { }, static row => row.Flag(0), cancellationToken);
            return takesWrites[0]
                ? HealthCheckResult.Healthy("The database answers.")
                : HealthCheckResult.Unhealthy("The database answers and takes no writes: a replica, or read-only.");
        }
        catch (Exception e) when (e is DbException or SocketException or TimeoutException or InvalidOperationException)
        {
            return HealthCheckResult.Unhealthy($"The database does not answer ({e.GetType().Name}).", e);
        }
    }
}
