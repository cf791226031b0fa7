using System.Collections.Concurrent;

namespace Moi.Identity.Api;

/// <summary>Proofs of one instance, swept of what is too old at most once in ten seconds.</summary>
internal sealed class MemoryReplayCache(TimeProvider time) : IDpopReplayCache
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);
    private readonly Lock _sweeping = new();
    private DateTimeOffset _swept = time.GetUtcNow();

    internal int Count => _seen.Count;

    public ValueTask<bool> TryAddAsync(string proof, DateTimeOffset until, CancellationToken ct)
    {
        Sweep();
        return ValueTask.FromResult(_seen.TryAdd(proof, until));
    }

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

        foreach (var old in _seen.Where(proof => proof.Value <= now))
        {
            _seen.TryRemove(old);
        }
    }
}
