using System.Globalization;
using System.Net;
using Moi.Identity.Testing;
using Npgsql;

namespace Moi.Identity.Idp.Tests.Operations;

/// <summary>The commands of <c>docs/operations/backup.md</c>: what was backed up opens in another place, to the same passkeys.</summary>
public sealed class BackupTests(PostgresServer postgres)
{
    [Fact]
    public async Task A_restored_PostgreSQL_database_lets_citizens_in_again()
    {
        using var certificate = new KeyRingCertificate();
        await using var redis = new RedisServer();
        await redis.InitializeAsync();
        var settings = certificate.Production();
        settings["Idp__Storage__Provider"] = "Postgres";
        settings["ConnectionStrings__Postgres"] = await postgres.NewDatabaseAsync();
        settings["ConnectionStrings__Redis"] = redis.NewInstallation();
        SoftAuthenticator passkeys;
        var dump = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await using (var idp = new IdpProcess(settings))
        {
            (await idp.RunAsync("migrate")).ExitCode.ShouldBe(0);
            await idp.StartAsync();
            passkeys = await SignUpAsync(idp);
            await PgAsync("pg_dump", settings["ConnectionStrings__Postgres"]!, "--format=custom", "--file=" + dump);
        }

        // Elsewhere: another database, another Redis.
        settings["ConnectionStrings__Postgres"] = await postgres.NewDatabaseAsync();
        await using var empty = new RedisServer();
        await empty.InitializeAsync();
        settings["ConnectionStrings__Redis"] = empty.NewInstallation();
        await PgAsync("pg_restore", settings["ConnectionStrings__Postgres"]!, "--exit-on-error", dump);
        File.Delete(dump);
        await using var restored = new IdpProcess(settings);
        (await restored.RunAsync("migrate")).ExitCode.ShouldBe(0);
        await restored.StartAsync();

        await SignInAsync(restored, passkeys);
    }

    [Fact]
    public async Task A_restored_embedded_database_lets_citizens_in_again()
    {
        using var certificate = new KeyRingCertificate();
        var (here, there) = (Directory.CreateTempSubdirectory("moi-data-"), Directory.CreateTempSubdirectory("moi-data-"));
        SoftAuthenticator passkeys;
        await using (var idp = await IdpProcess.StartAsync([.. certificate.Production(here.FullName)]))
        {
            passkeys = await SignUpAsync(idp);

            // While it runs.
            await ChildProcess.RunAsync(["sqlite3", Path.Combine(here.FullName, "idp.db"), $".backup {Path.Combine(there.FullName, "idp.db")}"]);
        }

        await using (var restored = await IdpProcess.StartAsync([.. certificate.Production(there.FullName)]))
        {
            await SignInAsync(restored, passkeys);
        }

        here.Delete(recursive: true);
        there.Delete(recursive: true);
    }

    private static async Task<SoftAuthenticator> SignUpAsync(IdpProcess idp)
    {
        using var proxy = new ProxyHandler(idp, "192.0.2.1");
        using var browser = new CitizenBrowser(proxy, idp.Origin);
        (await browser.SignUpAsync()).Status.ShouldBe(HttpStatusCode.OK, browser.Page.Text);
        return browser.Authenticator;
    }

    private static async Task SignInAsync(IdpProcess idp, SoftAuthenticator passkeys)
    {
        using var proxy = new ProxyHandler(idp, "192.0.2.1");
        using var browser = new CitizenBrowser(proxy, idp.Origin, passkeys);
        (await browser.SignInAsync()).Path.ShouldBe("/account", browser.Page.Text);
    }

    private static Task<string> PgAsync(string program, string connection, params string[] arguments)
    {
        var c = new NpgsqlConnectionStringBuilder(connection);
        return ChildProcess.RunAsync(
            [program, "--host=" + c.Host, "--port=" + c.Port.ToString(CultureInfo.InvariantCulture), "--username=" + c.Username, "--dbname=" + c.Database, .. arguments]);
    }
}
