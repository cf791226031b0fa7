using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Moi.Identity.Idp.Features.Operations.Health;
using Moi.Identity.Idp.Storage;
using Moi.Identity.Testing;
using StackExchange.Redis;

namespace Moi.Identity.Idp.Tests.Operations;

/// <summary>A Redis that answers is not enough: a sign-in writes, and what it writes must stay.</summary>
public sealed class ShortLivedStoreCheckTests : IAsyncLifetime
{
    private readonly RedisServer _redis = new();
    private ConnectionMultiplexer _administrator = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_Redis_that_takes_writes_and_evicts_nothing_is_ready()
        => (await CheckAsync(_redis)).Status.ShouldBe(HealthStatus.Healthy);

    [Fact]
    public async Task A_full_Redis_is_not_ready()
    {
        await ConfigureAsync("maxmemory", "1mb");

        (await CheckAsync(_redis)).Status.ShouldBe(HealthStatus.Unhealthy);
    }

    /// <summary>After a change of the primary: the server was connected before, or starts afterwards.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_replica_is_not_ready_and_its_refusals_are_those_of_a_store_that_is_away(bool isConnectedBefore)
    {
        await using var primary = new RedisServer();
        await primary.InitializeAsync();
        await using var services = Services(_redis);
        if (isConnectedBefore)
        {
            (await CheckAsync(services)).Status.ShouldBe(HealthStatus.Healthy);
        }

        await _administrator.GetServers()[0].ExecuteAsync("REPLICAOF", "127.0.0.1", $"{primary.Port}");

        (await CheckAsync(services)).Status.ShouldBe(HealthStatus.Unhealthy);
        var store = services.GetRequiredService<IShortLivedStore>();
        await Should.ThrowAsync<ShortLivedStoreException>(async () => await store.SetAsync("a", new byte[1], TimeSpan.FromMinutes(1), Ct));
        await Should.ThrowAsync<ShortLivedStoreException>(async () => await store.TakeAsync("a", Ct));
        await Should.ThrowAsync<ShortLivedStoreException>(async () => await store.AddToSetAsync("b", "c", TimeSpan.FromMinutes(1), Ct));
        await Should.ThrowAsync<ShortLivedStoreException>(
            () => services.GetRequiredService<ISharedCounters>().AddAsync("d", 1, TimeSpan.FromMinutes(1)));
    }

    /// <summary>Under pressure such a Redis forgets replay marks, and an assertion that somebody captured is good again.</summary>
    [Theory]
    [InlineData("volatile-lru")]
    [InlineData("allkeys-lfu")]
    public async Task A_Redis_that_evicts_is_told_by_a_warning(string policy)
    {
        await ConfigureAsync("maxmemory-policy", policy);

        var result = await CheckAsync(_redis);

        result.Status.ShouldBe(HealthStatus.Degraded);
        result.Description!.ShouldContain(policy);
        result.Description!.ShouldContain("noeviction");
    }

    public async ValueTask InitializeAsync()
    {
        await _redis.InitializeAsync();
        _administrator = await ConnectionMultiplexer.ConnectAsync(_redis.ConnectionString + ",allowAdmin=true");
    }

    public async ValueTask DisposeAsync()
    {
        await _administrator.DisposeAsync();
        await _redis.DisposeAsync();
    }

    private Task ConfigureAsync(string name, string value) => _administrator.GetServers()[0].ConfigSetAsync(name, value);

    private static async Task<HealthCheckResult> CheckAsync(RedisServer redis)
    {
        await using var services = Services(redis);
        return await CheckAsync(services);
    }

    private static Task<HealthCheckResult> CheckAsync(ServiceProvider services)
        => new ShortLivedStoreCheck(services.GetRequiredService<IShortLivedStore>()).CheckHealthAsync(new HealthCheckContext(), Ct);

    /// <summary>Connected as the server is.</summary>
    private static ServiceProvider Services(RedisServer redis)
        => new ServiceCollection().AddIdpStorage(new ConfigurationBuilder().AddInMemoryCollection(
            [new("Idp:Storage:Provider", "Postgres"), new("ConnectionStrings:Redis", redis.ConnectionString)]).Build())
            .BuildServiceProvider();
}
