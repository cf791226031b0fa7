using StackExchange.Redis;

namespace Moi.Identity.Idp.Storage;

/// <summary>The production store: one Redis command an operation.</summary>
internal sealed class RedisShortLivedStore(IConnectionMultiplexer redis) : IShortLivedStore
{
    private const string Prefix = "moi:";

    // Replaces only what the caller has seen; keeps the remaining lifetime when none is given.
    private const string Replace = """
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
        if ARGV[3] == '' then redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
        else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
        return 1
        """;

    private const string Add = """
        redis.call('SADD', KEYS[1], ARGV[1])
        if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
        return 1
        """;

    // In a script, because the client library has INFO among what administrators do, with FLUSHALL.
    private const string EvictionPolicy = "return string.match(redis.call('INFO', 'memory'), 'maxmemory_policy:(%S+)')";

    private static readonly TimeSpan Brief = TimeSpan.FromSeconds(5);

    private IDatabase Database => redis.GetDatabase();

    public async ValueTask<bool> TryAddAsync(
        string key, ReadOnlyMemory<byte> value, TimeSpan lifetime, CancellationToken ct)
        => await Run(Database.StringSetAsync(Prefix + key, value, lifetime, When.NotExists), ct);

    public async ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan lifetime, CancellationToken ct)
        => await Run(Database.StringSetAsync(Prefix + key, value, lifetime), ct);

    public async ValueTask<byte[]?> GetAsync(string key, CancellationToken ct)
        => await Run(Database.StringGetAsync(Prefix + key), ct);

    public async ValueTask<byte[]?> TakeAsync(string key, CancellationToken ct)
        => await Run(Database.StringGetDeleteAsync(Prefix + key), ct);

    public async ValueTask<bool> TryReplaceAsync(
        string key, ReadOnlyMemory<byte> expected, ReadOnlyMemory<byte> replacement, TimeSpan? lifetime, CancellationToken ct)
    {
        RedisValue milliseconds = lifetime is { } value ? (long)value.TotalMilliseconds : "";
        var result = await Run(
            Database.ScriptEvaluateAsync(Replace, [Prefix + key], [expected, replacement, milliseconds]), ct);
        return (int)result == 1;
    }

    public async ValueTask<byte[]?> ExchangeAsync(string key, ReadOnlyMemory<byte> replacement, CancellationToken ct)
        => await Run(
            Database.StringSetAndGetAsync(Prefix + key, replacement, null, keepTtl: true, When.Exists), ct);

    public async ValueTask<bool> RemoveAsync(string key, CancellationToken ct)
        => await Run(Database.KeyDeleteAsync(Prefix + key), ct);

    public async ValueTask AddToSetAsync(string key, string member, TimeSpan lifetime, CancellationToken ct)
        => await Run(
            Database.ScriptEvaluateAsync(Add, [Prefix + key], [member, (long)lifetime.TotalMilliseconds]), ct);

    public async ValueTask<IReadOnlyList<string>> GetSetAsync(string key, CancellationToken ct)
        => [.. (await Run(Database.SetMembersAsync(Prefix + key), ct)).Select(member => member.ToString())];

    public async ValueTask RemoveFromSetAsync(string key, string member, CancellationToken ct)
        => await Run(Database.SetRemoveAsync(Prefix + key, member), ct);

    public async ValueTask PublishChangeAsync(string topic, CancellationToken ct)
        => await Run(redis.GetSubscriber().PublishAsync(Channel(topic), RedisValue.EmptyString), ct);

    public async ValueTask<IDisposable> OnChangeAsync(string topic, Action changed)
    {
        var subscriber = redis.GetSubscriber();
        void Handle(RedisChannel channel, RedisValue value) => changed();

        // A notice published while the connection was away is lost: look again after every reconnection.
        void Restored(object? sender, ConnectionFailedEventArgs e) => changed();
        redis.ConnectionRestored += Restored;
        try
        {
            await subscriber.SubscribeAsync(Channel(topic), Handle);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            // The client library asks again when it is connected.
        }

        return new Subscription(() =>
        {
            redis.ConnectionRestored -= Restored;
            subscriber.Unsubscribe(Channel(topic), Handle, CommandFlags.FireAndForget);
        });
    }

    /// <summary>A write: a full Redis and a replica answer PING, and nobody can sign in.</summary>
    public async ValueTask PingAsync(CancellationToken ct)
        => await Run(Database.StringSetAsync(Prefix + "health", "", Brief, When.Always, CommandFlags.DemandMaster), ct);

    public async ValueTask<string?> WarningAsync(CancellationToken ct)
    {
        string? policy;
        try
        {
            policy = (string?)await Run(Database.ScriptEvaluateAsync(EvictionPolicy, flags: CommandFlags.DemandMaster), ct);
        }
        catch (ShortLivedStoreException)
        {
            // A user without the right to ask; that the store works has just been seen.
            policy = null;
        }

        // SECURITY: any other policy forgets replay marks under pressure, and an assertion that somebody captured is good again.
        return policy == "noeviction"
            ? null
            : $"Redis answers, but its maxmemory-policy is {policy ?? "not to be seen"}; unless it is noeviction, a full Redis forgets replay marks.";
    }

    private static RedisChannel Channel(string topic) => RedisChannel.Literal(Prefix + "changed:" + topic);

    private static async Task<T> Run<T>(Task<T> command, CancellationToken ct)
    {
        try
        {
            return await command.WaitAsync(ct);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            // The first word of a refusal is its code, such as OOM; the rest may name keys.
            throw new ShortLivedStoreException(
                e is RedisServerException ? "Redis refused: " + e.Message.Split(' ')[0] : "Redis did not answer: " + e.GetType().Name, e);
        }
    }
}

/// <summary>Runs an action when disposed.</summary>
internal sealed class Subscription(Action end) : IDisposable
{
    public void Dispose() => end();
}
