using System.Collections.Concurrent;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Data.Pruning;

namespace Moi.Identity.Idp.Features.Oidc.Observed;

/// <summary>
/// Counts in memory what clients do and adds it to the database once a minute, so that no request waits for it. A process
/// that is killed loses a minute of counting, which is all it is good for.
/// </summary>
internal sealed partial class ObservedRequests(SqlDatabase sql, TimeProvider time, ILogger<ObservedRequests> logger) : BackgroundService
{
    internal static readonly PruningRule Pruning = new("client_observations", "last_seen_at", Keep: TimeSpan.FromDays(400));

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(string ClientId, string Fact, string Value), long> _counts = new();

    internal void Note(string clientId, string fact, string value)
        => _counts.AddOrUpdate((clientId, fact, value), 1, static (_, count) => count + 1);

    /// <summary>Adds what was counted to the database; if that fails, it is counted on.</summary>
    internal async Task FlushAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        foreach (var key in _counts.Keys)
        {
            if (!_counts.TryRemove(key, out var count))
            {
                continue;
            }

            try
            {
                await sql.ExecuteAsync(
                    """
                    INSERT INTO client_observations (client_id, fact, value, count, first_seen_at, last_seen_at)
                    VALUES (@client, @fact, @value, @count, @now, @now)
                    ON CONFLICT (client_id, fact, value) DO UPDATE SET
                        count = client_observations.count + excluded.count, last_seen_at = excluded.last_seen_at
                    """,
                    p => p.Add("client", key.ClientId).Add("fact", key.Fact).Add("value", key.Value).Add("count", count).Add("now", now),
                    ct);
            }
            catch
            {
                _counts.AddOrUpdate(key, count, (_, more) => more + count);
                throw;
            }
        }
    }

    /// <summary>What was seen of all clients.</summary>
    internal Task<List<Observation>> ListAsync(CancellationToken ct)
        => sql.ListAsync(
            """
            SELECT client_id, fact, value, count, first_seen_at, last_seen_at FROM client_observations
            ORDER BY client_id, fact, value
            """,
            static _ => { },
            row => new Observation
            {
                ClientId = row.Text(0),
                Fact = row.Text(1),
                Value = row.Text(2),
                Count = row.Number(3),
                FirstSeenAt = row.Time(4),
                LastSeenAt = row.Time(5),
            },
            ct);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryFlushAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TryFlushAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server is going down.
        }
    }

    private async Task TryFlushAsync(CancellationToken ct)
    {
        try
        {
            await FlushAsync(ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // What is left is lost with the process.
        }
#pragma warning disable CA1031 // The database may be away; what was counted is kept and added later.
        catch (Exception e)
        {
            LogFailed(logger, e);
        }
#pragma warning restore CA1031
    }

    [LoggerMessage(EventId = 5901, Level = LogLevel.Warning, Message = "What clients were seen doing could not be stored; this is tried again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
