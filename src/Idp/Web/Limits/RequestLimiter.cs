using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Storage;
using Moi.Identity.Idp.Telemetry;

namespace Moi.Identity.Idp.Web.Limits;

/// <summary>What is counted, each with a limit of its own.</summary>
internal enum LimitRule
{
    PagesPerAddress,
    ProgramsPerAddress,
    RequestsPerClient,
    WrongCodes,
}

/// <summary>
/// Counts requests by the minute. A count lives in this process and is added up with those of the other servers a tenth of
/// the limit at a time, without the request waiting for it: a citizen who signs in costs the shared store nothing, and a
/// flood is stopped on all servers soon after it has begun.
/// </summary>
/// <remarks>Nothing is locked: a sender who was refused is served again in the next minute, and nobody else notices.</remarks>
internal sealed partial class RequestLimiter(
    IOptions<LimitOptions> options, IdpMetrics metrics, TimeProvider time, ILogger<RequestLimiter> logger, ISharedCounters? shared = null)
{
    /// <summary>A sender of made-up addresses must not fill the memory.</summary>
    private const int MostSenders = 200_000;

    private readonly ConcurrentDictionary<(LimitRule Rule, string Sender), Count> _counts = new();
    private long _minute;

    /// <summary>Adds to a sender's count; a negative weight gives back what was added before.</summary>
    /// <returns>How long the sender has to wait, or nothing if the request may be served.</returns>
    internal TimeSpan? Add(LimitRule rule, string sender, int weight = 1)
    {
        if (!options.Value.Enabled)
        {
            return null;
        }

        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var minute = now / 60;
        if (Interlocked.Exchange(ref _minute, minute) != minute || _counts.Count > MostSenders)
        {
            _counts.Clear();
        }

        var limit = Limit(rule);
        var count = _counts.GetOrAdd((rule, sender), static _ => new Count());
        var (total, share, isFirstOver) = count.Add(weight, limit);
        if (share > 0 && shared is not null)
        {
            _ = ShareAsync(shared, count, $"limit:{rule}:{minute}:{sender}", share);
        }

        if (total <= limit)
        {
            return null;
        }

        metrics.Limited(rule.ToString());
        if (isFirstOver)
        {
            LogLimited(logger, rule, limit);
        }

        return TimeSpan.FromSeconds(60 - (now % 60));
    }

    private int Limit(LimitRule rule) => rule switch
    {
        LimitRule.PagesPerAddress => options.Value.PagesPerAddress,
        LimitRule.ProgramsPerAddress => options.Value.ProgramsPerAddress,
        LimitRule.WrongCodes => options.Value.WrongCodes,
        _ => options.Value.RequestsPerClient,
    };

    private static async Task ShareAsync(ISharedCounters counters, Count count, string key, int share)
    {
        try
        {
            count.Known(await counters.AddAsync(key, share, TimeSpan.FromMinutes(2)));
        }
        catch (ShortLivedStoreException)
        {
            // Readiness tells that the store is away; until it is back every server counts for itself.
        }
    }

    /// <summary>One sender's requests in this minute.</summary>
    private sealed class Count
    {
        private readonly Lock _lock = new();
        private int _own;
        private int _unshared;
        private long _others;
        private bool _isOver;

        internal (long Total, int Share, bool IsFirstOver) Add(int weight, int limit)
        {
            lock (_lock)
            {
                _own += weight;
                _unshared += weight;
                var share = _unshared >= Math.Max(1, limit / 10) ? _unshared : 0;
                _unshared -= share;
                var total = _own + _others;
                var isFirstOver = total > limit && !_isOver;
                _isOver |= isFirstOver;
                return (total, share, isFirstOver);
            }
        }

        /// <summary>What all servers have counted together; what is ours of it is known already.</summary>
        internal void Known(long total)
        {
            lock (_lock)
            {
                _others = Math.Max(_others, total - (_own - _unshared));
            }
        }
    }

    [LoggerMessage(EventId = 9101, Level = LogLevel.Warning,
        Message = "A sender exceeds {Rule} ({Limit} a minute) and is refused until the minute is over")]
    private static partial void LogLimited(ILogger logger, LimitRule rule, int limit);
}
