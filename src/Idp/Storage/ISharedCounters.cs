using StackExchange.Redis;

namespace Moi.Identity.Idp.Storage;

/// <summary>Numbers that several servers add to. The embedded server is alone and has none.</summary>
internal interface ISharedCounters
{
    /// <summary>Adds to a number that is gone after <paramref name="lifetime"/>.</summary>
    /// <returns>What all servers have added so far.</returns>
    Task<long> AddAsync(string key, int amount, TimeSpan lifetime);
}

/// <summary>One command an addition.</summary>
internal sealed class RedisCounters(IConnectionMultiplexer redis) : ISharedCounters
{
    private const string Script = """
        local total = redis.call('INCRBY', KEYS[1], ARGV[1])
        if total == tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
        return total
        """;

    public async Task<long> AddAsync(string key, int amount, TimeSpan lifetime)
    {
        try
        {
            return (long)await redis.GetDatabase().ScriptEvaluateAsync(
                Script, ["moi:" + key], [amount, (long)lifetime.TotalMilliseconds]);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            throw new ShortLivedStoreException("Redis did not answer: " + e.GetType().Name, e);
        }
    }
}
