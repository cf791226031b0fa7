using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Moi.Identity.Sessions;

/// <summary>
/// Sessions in Redis 6.2 or newer. Keys, after <c>moi:{ClientId}:</c>: <c>session:ID</c> (data; expires when idle),
/// <c>sid:HASH</c> and <c>sub:HASH</c> (sorted sets of session ids by expiry), <c>out:…</c> (signed-out marks), <c>jti:HASH</c>, <c>lock:ID</c>.
/// </summary>
internal sealed class RedisSessionRecords(RedisConnection connection, IOptions<MoiIdentityOptions> options, TimeProvider time)
    : ISessionRecords
{
    // The later mark wins, whatever the order of arrival.
    private const string KeepLatest = """
        local old = redis.call('GET', KEYS[1])
        if old and tonumber(old) > tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], ARGV[2])
        else redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
        return 1
        """;

    // A session near its end must not be kept alive by its idle time.
    private const string FindAndTouch = """
        local data = redis.call('HGET', KEYS[1], 'data')
        if not data then return false end
        local left = tonumber(redis.call('HGET', KEYS[1], 'expires')) - tonumber(ARGV[1])
        if left <= 0 then redis.call('DEL', KEYS[1]) return false end
        redis.call('PEXPIRE', KEYS[1], math.min(left, tonumber(ARGV[2])))
        return data
        """;

    private const string ReplaceIfThere = """
        if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'data', ARGV[1]) end
        return 1
        """;

    private const string AddWithExpiry = """
        redis.call('HSET', KEYS[1], 'data', ARGV[1], 'expires', ARGV[2])
        redis.call('PEXPIRE', KEYS[1], ARGV[3])
        return 1
        """;

    private const string DeleteIfMine = """
        if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
        return 1
        """;

    public Task AddAsync(SessionRecord record, CancellationToken ct) => DoAsync(async db =>
    {
        // The index first: a session that exists can always be found by a logout.
        await IndexAsync(db, SessionIndex.Subject, record.Subject, record).ConfigureAwait(false);
        if (record.Sid is { } sid)
        {
            await IndexAsync(db, SessionIndex.Sid, sid, record).ConfigureAwait(false);
        }

        var idle = Milliseconds(Shorter(record.Expires - time.GetUtcNow(), options.Value.SessionIdleTimeout));
        await db.ScriptEvaluateAsync(AddWithExpiry, [Session(record.Id)], [record.Data, record.Expires.ToUnixTimeMilliseconds(), idle])
            .ConfigureAwait(false);
        return true;
    });

    public Task ReplaceAsync(string id, byte[] data, CancellationToken ct) =>
        DoAsync(db => db.ScriptEvaluateAsync(ReplaceIfThere, [Session(id)], [data]));

    public Task<byte[]?> FindAsync(string id, CancellationToken ct) => DoAsync(async db =>
        (byte[]?)await db.ScriptEvaluateAsync(
            FindAndTouch,
            [Session(id)],
            [time.GetUtcNow().ToUnixTimeMilliseconds(), Milliseconds(options.Value.SessionIdleTimeout)]).ConfigureAwait(false));

    public Task RemoveAsync(string id, CancellationToken ct) => DoAsync(db => db.KeyDeleteAsync(Session(id)));

    public Task<int> RemoveAllAsync(SessionIndex index, string value, CancellationToken ct) => DoAsync(async db =>
    {
        var removed = 0;
        var set = IndexKey(index, value);
        foreach (var id in await db.SortedSetRangeByRankAsync(set).ConfigureAwait(false))
        {
            removed += await db.KeyDeleteAsync(Session(id!)).ConfigureAwait(false) ? 1 : 0;
            // One by one: a session added meanwhile keeps its index entry.
            await db.SortedSetRemoveAsync(set, id).ConfigureAwait(false);
        }

        return removed;
    });

    public Task MarkSignedOutAsync(SessionIndex index, string value, DateTimeOffset at, CancellationToken ct) =>
        DoAsync(db => db.ScriptEvaluateAsync(
            KeepLatest, [MarkKey(index, value)], [at.ToUnixTimeSeconds(), Milliseconds(SessionMarks.Lifetime)]));

    public Task<DateTimeOffset?> SignedOutAtAsync(SessionIndex index, string value, CancellationToken ct) => DoAsync(async db =>
        (long?)await db.StringGetAsync(MarkKey(index, value)).ConfigureAwait(false) is { } seconds
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : (DateTimeOffset?)null);

    public Task<bool> TakeJtiAsync(string jti, DateTimeOffset until, CancellationToken ct) =>
        DoAsync(db => db.StringSetAsync(Key("jti:" + Hash(jti)), "1", until - time.GetUtcNow(), When.NotExists));

    public Task ReturnJtiAsync(string jti, CancellationToken ct) => DoAsync(db => db.KeyDeleteAsync(Key("jti:" + Hash(jti))));

    public Task<bool> TryLockAsync(string name, string owner, TimeSpan atMost, CancellationToken ct) =>
        DoAsync(db => db.StringSetAsync(Key("lock:" + name), owner, atMost, When.NotExists));

    public Task UnlockAsync(string name, string owner, CancellationToken ct) =>
        DoAsync(db => db.ScriptEvaluateAsync(DeleteIfMine, [Key("lock:" + name)], [owner]));

    public Task PingAsync(CancellationToken ct) => DoAsync(db => db.PingAsync());

    private async Task IndexAsync(IDatabase db, SessionIndex index, string value, SessionRecord record)
    {
        var set = IndexKey(index, value);
        var now = time.GetUtcNow();
        await db.SortedSetAddAsync(set, record.Id, record.Expires.ToUnixTimeSeconds()).ConfigureAwait(false);
        await db.SortedSetRemoveRangeByScoreAsync(set, double.NegativeInfinity, now.ToUnixTimeSeconds()).ConfigureAwait(false);
        await db.KeyExpireAsync(set, options.Value.SessionLifetime + TimeSpan.FromMinutes(1)).ConfigureAwait(false);
    }

    private async Task<T> DoAsync<T>(Func<IDatabase, Task<T>> work)
    {
        try
        {
            var db = await connection.GetAsync().ConfigureAwait(false);
            return await work(db).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is RedisException or RedisTimeoutException or TimeoutException)
        {
            throw new SessionStoreUnavailableException(failure);
        }
    }

    private RedisKey Session(string id) => Key("session:" + id);

    private RedisKey IndexKey(SessionIndex index, string value) => Key((index == SessionIndex.Sid ? "sid:" : "sub:") + Hash(value));

    private RedisKey MarkKey(SessionIndex index, string value) => Key((index == SessionIndex.Sid ? "out:sid:" : "out:sub:") + Hash(value));

    private RedisKey Key(string name) => string.Create(CultureInfo.InvariantCulture, $"moi:{options.Value.ClientId}:{name}");

    /// <summary>Subjects and session identifiers are personal data: whoever lists the keys of Redis learns none.</summary>
    private static string Hash(string value) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(value)));

    private static long Milliseconds(TimeSpan span) => Math.Max(1, (long)span.TotalMilliseconds);

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
