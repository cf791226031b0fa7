namespace Moi.Identity.Idp.Storage;

/// <summary>
/// Stored data that every request needs and that rarely changes, kept in memory: loaded before the first request,
/// again as soon as any process publishes a change, and looked at from time to time in case a notice was lost.
/// </summary>
/// <remarks>
/// A database that is away or not migrated yet does not keep the server from starting: it is asked again and again,
/// and readiness stays red until then.
/// </remarks>
internal abstract partial class StoredSnapshot(IShortLivedStore store, TimeProvider time, string topic, TimeSpan interval, ILogger logger)
    : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _loading = new(1, 1);
    private IDisposable? _subscription;
    private ITimer? _poll;

    /// <summary>Whether the data were read at least once.</summary>
    internal bool IsLoaded { get; private set; }

    protected TimeProvider Clock { get; } = time;

    /// <summary>Reads everything now.</summary>
    internal async Task LoadAsync(CancellationToken ct)
    {
        await _loading.WaitAsync(ct);
        try
        {
            await ReadAsync(ct);
            IsLoaded = true;
        }
        finally
        {
            _loading.Release();
        }
    }

    /// <summary>This process has changed the data: it sees that at once, the others as soon as they hear of it.</summary>
    internal async Task ChangedAsync(CancellationToken ct)
    {
        await LoadAsync(ct);
        await store.PublishChangeAsync(topic, ct);
    }

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        // First listen, then load: a change in between is noticed.
        _subscription = await store.OnChangeAsync(topic, () => _ = ReloadAsync(always: true));
        await ReloadAsync(always: true);
        _poll = Clock.CreateTimer(_ => _ = PollAsync(), null, Next, Timeout.InfiniteTimeSpan);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public virtual Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Reads the data; only one call at a time.</summary>
    protected abstract Task ReadAsync(CancellationToken ct);

    /// <summary>A cheap look at whether reading again would find something new.</summary>
    protected abstract Task<bool> IsOutdatedAsync(CancellationToken ct);

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _subscription?.Dispose();
            _poll?.Dispose();
            _loading.Dispose();
        }
    }

    private TimeSpan Next => IsLoaded ? interval : Retry;

    private async Task PollAsync()
    {
        await ReloadAsync(always: false);
        _poll?.Change(Next, Timeout.InfiniteTimeSpan);
    }

    private async Task ReloadAsync(bool always)
    {
        try
        {
            if (always || !IsLoaded || await IsOutdatedAsync(CancellationToken.None))
            {
                await LoadAsync(CancellationToken.None);
            }
        }
        catch (ObjectDisposedException)
        {
            // The server is going down.
        }
#pragma warning disable CA1031 // Whatever it is: what was loaded before stays good, and the next poll tries again.
        catch (Exception e)
        {
            LogFailed(logger, e, topic);
        }
#pragma warning restore CA1031
    }

    [LoggerMessage(EventId = 1201, Level = LogLevel.Error, Message = "The {Topic} could not be loaded; what was loaded before stays in use")]
    private static partial void LogFailed(ILogger logger, Exception exception, string topic);
}
