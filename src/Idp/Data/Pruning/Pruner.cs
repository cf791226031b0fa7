using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Storage;
using Moi.Identity.Idp.Telemetry;

namespace Moi.Identity.Idp.Data.Pruning;

/// <summary>
/// Removes what nobody can use any more, in small steps along an index. Of several servers one does it each time; two at
/// once would find each other's rows gone and do no harm.
/// </summary>
internal sealed partial class Pruner(
    SqlDatabase sql, IShortLivedStore store, IEnumerable<PruningRule> rules, IOptions<PruningOptions> options, IdpMetrics metrics,
    TimeProvider time, ILogger<Pruner> logger)
    : BackgroundService
{
    private const int FirstAfterSeconds = 60;

    private static readonly byte[] Taken = [1];

    /// <summary>Works through every table once.</summary>
    internal async Task PruneAsync(CancellationToken ct)
    {
        foreach (var rule in rules)
        {
            var removed = await PruneAsync(rule, ct);
            if (removed > 0)
            {
                metrics.Pruned(rule.Table, removed);
                LogPruned(logger, removed, rule.Table);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The first time soon, so that a server that is restarted every night prunes too; jittered like the others.
        var wait = TimeSpan.FromSeconds(FirstAfterSeconds + RandomNumberGenerator.GetInt32(FirstAfterSeconds));
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(wait, time, stoppingToken);
                if (await store.TryAddAsync("pruning", Taken, options.Value.Interval, stoppingToken))
                {
                    await PruneAsync(stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The database may be away; what is left over waits for the next time.
            catch (Exception e)
            {
                LogFailed(logger, e);
            }
#pragma warning restore CA1031

            wait = options.Value.Interval * (1 + (RandomNumberGenerator.GetInt32(500) / 1000.0));
        }
    }

    private async Task<int> PruneAsync(PruningRule rule, CancellationToken ct)
    {
        var removed = 0;
        var before = time.GetUtcNow() - rule.Keep;
        var from = DateTimeOffset.UnixEpoch;
        while (true)
        {
            // A step is a stretch of the index. Rows that stay are passed once, not again in every step.
            var step = await sql.ListAsync(
                $"SELECT {rule.Column} FROM {rule.Table} WHERE {rule.Column} > @from AND {rule.Column} < @before ORDER BY {rule.Column} LIMIT @most",
                p => p.Add("from", from).Add("before", before).Add("most", options.Value.BatchSize), row => row.Time(0), ct);
            if (step.Count == 0)
            {
                return removed;
            }

            var to = step[^1];
            removed += await sql.ExecuteAsync(
                $"DELETE FROM {rule.Table} AS t WHERE t.{rule.Column} > @from AND t.{rule.Column} <= @to AND {rule.And}",
                p => p.Add("from", from).Add("to", to), ct);
            from = to;
        }
    }

    [LoggerMessage(EventId = 1301, Level = LogLevel.Information, Message = "{Count} rows of {Table} that nobody can use any more were removed")]
    private static partial void LogPruned(ILogger logger, int count, string table);

    [LoggerMessage(EventId = 1302, Level = LogLevel.Error, Message = "Rows that nobody can use any more could not be removed; this is tried again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
