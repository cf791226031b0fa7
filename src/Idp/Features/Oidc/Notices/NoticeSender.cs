using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Clients;

namespace Moi.Identity.Idp.Features.Oidc.Notices;

/// <summary>
/// Works through the outbox, so that a restart forgets nothing. Every client has a lane of its own: one that is slow or
/// away holds up nobody else, and one that failed is tried with one call at a time.
/// </summary>
internal sealed partial class NoticeSender(
    SqlDatabase sql, ClientCatalog clients, NoticeDelivery delivery, TimeProvider time, ILogger<NoticeSender> logger)
    : BackgroundService
{
    private const int BatchSize = 32;
    private const int AtOnce = 128;
    private const int AtOncePerClient = 4;

    /// <summary>Notices of other processes, and repetitions, are looked for this often.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _wake = new(0);
    private readonly SemaphoreSlim _calls = new(AtOnce);
    private readonly Dictionary<string, Lane> _lanes = [];

    /// <summary>There is something new in the outbox.</summary>
    internal void Wake()
    {
        if (_wake.CurrentCount == 0)
        {
            _wake.Release();
        }
    }

    /// <summary>Sends everything that is due, and waits until it has been tried.</summary>
    internal async Task SendDueAsync(CancellationToken ct)
    {
        await PushWhatNobodyFetchesAsync(ct);
        await Task.WhenAll(await StartLanesAsync(ct));
    }

    public override void Dispose()
    {
        _wake.Dispose();
        _calls.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var looked = time.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // Also where somebody signs out all the time.
                if (!await _wake.WaitAsync(PollInterval, stoppingToken) || time.GetElapsedTime(looked) >= PollInterval)
                {
                    looked = time.GetTimestamp();
                    await PushWhatNobodyFetchesAsync(stoppingToken);
                }

                await StartLanesAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The database may be away; the notices are in it and wait.
            catch (Exception e)
            {
                LogFailed(logger, e);
            }
#pragma warning restore CA1031
        }
    }

    /// <summary>An event can be written down to be fetched by a server that has not read yet that its client is pushed to from now on.</summary>
    private async Task PushWhatNobodyFetchesAsync(CancellationToken ct)
    {
        foreach (var clientId in await sql.ListFetchingClientsAsync(ct))
        {
            if (clients.FindAny(clientId)?.Metadata.SecurityEvents?.Delivery == SecurityEventSubscription.Push)
            {
                await sql.TransactionAsync(
                    async work => (await work.LockRegistrationAsync(sql.IsPostgres, clientId, ct))?.SecurityEvents?.Delivery == SecurityEventSubscription.Push
                        && await work.PushInsteadAsync(clientId, time.GetUtcNow(), ct) > 0,
                    ct);
            }
        }
    }

    private async Task<Task[]> StartLanesAsync(CancellationToken ct)
        => [.. (await sql.ListDueClientsAsync(time.GetUtcNow(), ct)).Select(clientId => StartLane(clientId, ct))];

    private Task StartLane(string clientId, CancellationToken ct)
    {
        lock (_lanes)
        {
            if (_lanes.TryGetValue(clientId, out var running))
            {
                running.LookAgain = true;
                return running.Work;
            }

            var lane = new Lane();
            _lanes[clientId] = lane;
            lane.Work = Task.Run(() => RunAsync(clientId, lane, ct), CancellationToken.None);
            return lane.Work;
        }
    }

    private async Task RunAsync(string clientId, Lane lane, CancellationToken ct)
    {
        try
        {
            do
            {
                while (await SendBatchAsync(clientId, lane, ct))
                {
                }
            }
            while (!End(clientId, lane));
        }
#pragma warning disable CA1031 // As above; or the server is stopping.
        catch (Exception e)
        {
            lock (_lanes)
            {
                _lanes.Remove(clientId);
            }

            if (!ct.IsCancellationRequested)
            {
                LogFailed(logger, e);
            }
        }
#pragma warning restore CA1031
    }

    /// <returns>Whether there was anything.</returns>
    private async Task<bool> SendBatchAsync(string clientId, Lane lane, CancellationToken ct)
    {
        var due = await sql.ListDueNoticesAsync(clientId, time.GetUtcNow(), BatchSize, ct);
        await Parallel.ForEachAsync(
            due,
            new ParallelOptions { MaxDegreeOfParallelism = lane.IsFailing ? 1 : AtOncePerClient, CancellationToken = ct },
            async (notice, stop) =>
            {
                await _calls.WaitAsync(stop);
                try
                {
                    if (await delivery.TryAsync(notice, stop) is { } told)
                    {
                        lane.IsFailing = !told;
                    }
                }
                finally
                {
                    _calls.Release();
                }
            });
        return due.Count > 0;
    }

    private bool End(string clientId, Lane lane)
    {
        lock (_lanes)
        {
            if (lane.LookAgain)
            {
                lane.LookAgain = false;
                return false;
            }

            return _lanes.Remove(clientId);
        }
    }

    private sealed class Lane
    {
        internal Task Work { get; set; } = Task.CompletedTask;

        /// <summary>Something was written while the lane was running.</summary>
        internal bool LookAgain { get; set; }

        internal volatile bool IsFailing;
    }

    [LoggerMessage(EventId = 5604, Level = LogLevel.Error, Message = "The outbox could not be worked through")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
