using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Idp.Storage;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Storage;

/// <summary>What the connection string of the operator does, and a Redis that comes later than the server.</summary>
public sealed class RedisConnectionTests : IAsyncLifetime
{
    private readonly RedisServer _redis = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_began_to_listen_while_Redis_was_away_hears_of_changes_once_it_is_back()
    {
        await using var services = Services();
        await _redis.KillAsync();
        var calls = 0;
        using var listening = await services.GetRequiredService<IShortLivedStore>().OnChangeAsync("topic", () => Interlocked.Increment(ref calls));

        await _redis.StartAsync();
        await Eventually.TrueAsync(() => Task.FromResult(Volatile.Read(ref calls) > 0), "it looks again, for what was published meanwhile");

        await using var others = Services();
        var other = others.GetRequiredService<IShortLivedStore>();
        var before = Volatile.Read(ref calls);
        await Eventually.TrueAsync(
            async () =>
            {
                await other.PublishChangeAsync("topic", Ct);
                return Volatile.Read(ref calls) > before + 10; // More than a connection that comes back can account for.
            },
            "it hears of what is published now");
    }

    [Fact]
    public async Task Two_installations_share_one_Redis_by_a_database_and_a_channel_prefix_each()
    {
        await using var first = Services(",defaultDatabase=1,channelPrefix=first:");
        await using var second = Services(",defaultDatabase=2,channelPrefix=second:");
        var (mine, theirs) = (first.GetRequiredService<IShortLivedStore>(), second.GetRequiredService<IShortLivedStore>());
        var (told, astray) = (new TaskCompletionSource(), 0);
        using var listening = await mine.OnChangeAsync("topic", () => told.TrySetResult());
        using var listeningToo = await theirs.OnChangeAsync("topic", () => Interlocked.Increment(ref astray));

        (await mine.TryAddAsync("mark", new byte[1], TimeSpan.FromMinutes(1), Ct)).ShouldBeTrue();
        (await theirs.TryAddAsync("mark", new byte[1], TimeSpan.FromMinutes(1), Ct)).ShouldBeTrue();
        await mine.PublishChangeAsync("topic", Ct);

        await told.Task.WaitAsync(TimeSpan.FromSeconds(20), Ct);
        Volatile.Read(ref astray).ShouldBe(0);
        (await second.GetRequiredService<ISharedCounters>().AddAsync("count", 1, TimeSpan.FromMinutes(1)))
            .ShouldBe(await first.GetRequiredService<ISharedCounters>().AddAsync("count", 1, TimeSpan.FromMinutes(1)));
    }

    public ValueTask InitializeAsync() => _redis.InitializeAsync();

    public ValueTask DisposeAsync() => _redis.DisposeAsync();

    /// <summary>Connected as the server is.</summary>
    private ServiceProvider Services(string more = "")
        => new ServiceCollection().AddIdpStorage(new ConfigurationBuilder().AddInMemoryCollection(
            [new("Idp:Storage:Provider", "Postgres"), new("ConnectionStrings:Redis", _redis.ConnectionString + more)]).Build())
            .BuildServiceProvider();
}
