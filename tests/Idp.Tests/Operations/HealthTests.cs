using System.Net;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Operations;

public class HealthTests(PostgresServer postgres, RedisServer redis)
{
    [Fact]
    public async Task An_unmigrated_database_is_told_and_migrate_mends_it()
    {
        await using var idp = new IdpProcess(new Dictionary<string, string?>
        {
            ["Idp__Storage__Provider"] = "Postgres",
            ["ConnectionStrings__Postgres"] = await postgres.NewDatabaseAsync(),
            ["ConnectionStrings__Redis"] = redis.NewInstallation(),
        });
        await idp.LaunchAsync();
        (await Health.UntilAsync(idp, HttpStatusCode.ServiceUnavailable, "database")).ShouldContain("migrate");

        (await idp.RunAsync("migrate")).ExitCode.ShouldBe(0);

        await Health.UntilAsync(idp, HttpStatusCode.OK, "database");
    }

    [Fact]
    public async Task Migrate_says_when_the_database_is_away()
    {
        await using var idp = new IdpProcess(new Dictionary<string, string?>
        {
            ["Idp__Storage__Provider"] = "Postgres",
            ["ConnectionStrings__Postgres"] = $"Host=127.0.0.1;Port={FreePort.Next()};Username=idp;Database=idp",
            ["ConnectionStrings__Redis"] = redis.NewInstallation(),
        });

        var (exitCode, output) = await idp.RunAsync("migrate");

        exitCode.ShouldBe(69, output);
        output.ShouldContain("ConnectionStrings__Postgres");
        output.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task A_stopping_server_says_so_while_it_still_serves()
    {
        await using var idp = await IdpProcess.StartAsync(new KeyValuePair<string, string?>("Idp__Shutdown__Drain", "00:00:30"));
        var stopped = idp.StopAsync();

        (await Health.UntilAsync(idp, HttpStatusCode.ServiceUnavailable, "server")).ShouldContain("stopping");
        using var http = idp.Client();
        (await http.GetAsync(new Uri("/health/live", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK);

        await idp.KillAsync();
        await stopped;
    }

    [Fact]
    public async Task A_production_server_warms_up_before_it_is_ready()
    {
        using var certificate = new KeyRingCertificate();
        await using var idp = await IdpProcess.StartAsync([.. certificate.Production()]);

        (await Health.UntilAsync(idp, HttpStatusCode.OK, "warm_up")).ShouldContain("warmed up");
        await idp.StopAsync();
        idp.Log.ShouldContain("Warmed up in");
    }

    [Fact]
    public async Task SIGTERM_ends_the_server_with_success()
    {
        await using var idp = await IdpProcess.StartAsync();

        (await idp.StopAsync()).ShouldBe(0);
    }
}
