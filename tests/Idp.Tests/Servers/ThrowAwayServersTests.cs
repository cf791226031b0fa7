using Moi.Identity.Testing;
using Npgsql;
using StackExchange.Redis;

namespace Moi.Identity.Idp.Tests.Servers;

/// <summary>The other tests stand on these servers, so what they promise is tried first.</summary>
public class ThrowAwayServersTests
{
    [Fact]
    public async Task PostgreSQL_keeps_every_commit_when_it_is_killed()
    {
        await using var postgres = new PostgresServer();
        await postgres.InitializeAsync();
        var database = await postgres.NewDatabaseAsync() + ";Pooling=false";
        await ExecuteAsync(database, "create table committed (n int); insert into committed select generate_series(1, 1000)");

        await postgres.KillAsync();
        await postgres.StartAsync();

        (await ExecuteAsync(database, "select count(*) from committed")).ShouldBe(1000L);
    }

    [Fact]
    public async Task Redis_keeps_what_it_confirmed_when_it_is_killed_and_was_asked_to()
    {
        await using var redis = new RedisServer { KeepsData = true };
        await redis.InitializeAsync();
        await using (var before = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString))
        {
            await before.GetDatabase().StringSetAsync("kept", "yes");
        }

        await redis.KillAsync();
        await redis.StartAsync();

        await using var after = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        ((string?)await after.GetDatabase().StringGetAsync("kept")).ShouldBe("yes");
    }

    [Fact]
    public async Task A_child_says_how_it_ended()
    {
        await using var child = await ChildProcess.StartAsync(["sh", "-c", "echo out; echo err >&2; exit 7"]);

        (await child.WaitAsync()).ShouldBe(7);
        child.Output.ShouldContain("out");
        child.Output.ShouldContain("err");
    }

    [Fact]
    public async Task A_child_that_is_stopped_may_finish_its_work()
    {
        await using var child = await ChildProcess.StartAsync(["sh", "-c", "trap 'echo finished; exit 3' TERM; echo ready; while :; do read -r _; done <&1"]);
        await Eventually.TrueAsync(() => Task.FromResult(child.Output.Contains("ready", StringComparison.Ordinal)), "the child is ready");

        (await child.StopAsync()).ShouldBe(3);
        child.Output.ShouldContain("finished");
    }

    [Fact]
    public async Task A_killed_child_finishes_nothing()
    {
        await using var child = await ChildProcess.StartAsync(["sleep", "1000"]);

        (await child.KillAsync()).ShouldBe(128 + 9);
    }

    private static async Task<object?> ExecuteAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
