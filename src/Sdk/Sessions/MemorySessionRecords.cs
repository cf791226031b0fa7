using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Moi.Identity.Sessions;

/// <summary>Sessions in this process, swept of what has expired at most once a minute.</summary>
internal sealed class MemorySessionRecords(IOptions<MoiIdentityOptions> options, TimeProvider time) : ISessionRecords
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Entry> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(SessionIndex, string), Mark> _signedOut = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);
    private readonly Lock _sweeping = new();
    private DateTimeOffset _swept = time.GetUtcNow();

    public Task AddAsync(SessionRecord record, CancellationToken ct)
    {
        Sweep();
        _sessions[record.Id] = new Entry(record, time.GetUtcNow());
        return Task.CompletedTask;
    }

    public Task ReplaceAsync(string id, byte[] data, CancellationToken ct)
    {
        // Until it succeeds: a request that touches the session meanwhile must not undo the change.
        while (_sessions.TryGetValue(id, out var entry)
            && !_sessions.TryUpdate(id, entry with { Record = entry.Record with { Data = data } }, entry))
        {
        }

        return Task.CompletedTask;
    }

    public Task<byte[]?> FindAsync(string id, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (!_sessions.TryGetValue(id, out var entry) || !IsAlive(entry, now))
        {
            return Task.FromResult<byte[]?>(null);
        }

        // Fails when the session is removed meanwhile, and must: a removed session stays removed.
        _sessions.TryUpdate(id, entry with { LastUsed = now }, entry);
        return Task.FromResult<byte[]?>(entry.Record.Data);
    }

    public Task RemoveAsync(string id, CancellationToken ct)
    {
        _sessions.TryRemove(id, out _);
        return Task.CompletedTask;
    }

    public Task<int> RemoveAllAsync(SessionIndex index, string value, CancellationToken ct)
    {
        var removed = 0;
        foreach (var (id, entry) in _sessions)
        {
            if ((index == SessionIndex.Sid ? entry.Record.Sid : entry.Record.Subject) == value && _sessions.TryRemove(id, out _))
            {
                removed++;
            }
        }

        return Task.FromResult(removed);
    }

    public Task MarkSignedOutAsync(SessionIndex index, string value, DateTimeOffset at, CancellationToken ct)
    {
        var until = time.GetUtcNow() + SessionMarks.Lifetime;
        _signedOut.AddOrUpdate((index, value), new Mark(at, until), (_, old) => new Mark(old.At > at ? old.At : at, until));
        return Task.CompletedTask;
    }

    public Task<DateTimeOffset?> SignedOutAtAsync(SessionIndex index, string value, CancellationToken ct) =>
        Task.FromResult(_signedOut.TryGetValue((index, value), out var mark) ? mark.At : (DateTimeOffset?)null);

    public Task<bool> TakeJtiAsync(string jti, DateTimeOffset until, CancellationToken ct)
    {
        Sweep();
        return Task.FromResult(_seen.TryAdd(jti, until));
    }

    public Task ReturnJtiAsync(string jti, CancellationToken ct)
    {
        _seen.TryRemove(jti, out _);
        return Task.CompletedTask;
    }

    /// <summary>There is one instance, in which <see cref="Tokens.OneAtATime"/> is enough.</summary>
    public Task<bool> TryLockAsync(string name, string owner, TimeSpan atMost, CancellationToken ct) => Task.FromResult(true);

    public Task UnlockAsync(string name, string owner, CancellationToken ct) => Task.CompletedTask;

    public Task PingAsync(CancellationToken ct) => Task.CompletedTask;

    private bool IsAlive(Entry entry, DateTimeOffset now) =>
        now < entry.Record.Expires && now - entry.LastUsed < options.Value.SessionIdleTimeout;

    private void Sweep()
    {
        var now = time.GetUtcNow();
        lock (_sweeping)
        {
            if (now - _swept < SweepEvery)
            {
                return;
            }

            _swept = now;
        }

        foreach (var dead in _sessions.Where(s => !IsAlive(s.Value, now)))
        {
            _sessions.TryRemove(dead);
        }

        foreach (var old in _signedOut.Where(m => m.Value.Until <= now))
        {
            _signedOut.TryRemove(old);
        }

        foreach (var old in _seen.Where(j => j.Value <= now))
        {
            _seen.TryRemove(old);
        }
    }

    private sealed record Entry(SessionRecord Record, DateTimeOffset LastUsed);

    private sealed record Mark(DateTimeOffset At, DateTimeOffset Until);
}

internal static class SessionMarks
{
    /// <summary>Longer than any sign-in can be in flight: a code lives a minute, an ID token is taken for five.</summary>
    internal static readonly TimeSpan Lifetime = MoiIdentityDefaults.IdTokenMaximumAge * 2;
}
