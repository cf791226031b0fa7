using Moi.Identity.Sessions;
using StackExchange.Redis;

namespace Moi.Identity.Api;

/// <summary>Proofs of all instances, under <c>moi:{Audience}:dpop:NAME</c>.</summary>
internal sealed class RedisReplayCache(string connectionString, string audience, TimeProvider time) : IDpopReplayCache, IAsyncDisposable
{
    private readonly RedisConnection _connection = new(connectionString);

    public async ValueTask<bool> TryAddAsync(string proof, DateTimeOffset until, CancellationToken ct)
    {
        try
        {
            var db = await _connection.GetAsync().ConfigureAwait(false);
            var left = until - time.GetUtcNow();
            return await db.StringSetAsync($"moi:{audience}:dpop:{proof}", "1", left > TimeSpan.Zero ? left : TimeSpan.FromSeconds(1), When.NotExists)
                .ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is RedisException or RedisTimeoutException or TimeoutException)
        {
            throw new ApiUnavailableException(failure);
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
