using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Idp.Data;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Hosting;

/// <summary>One server for the tests of a class, on storage of its own. Tests do not see each other's citizens.</summary>
public abstract class IdpFixture : IAsyncLifetime
{
    /// <summary>The server.</summary>
    public IdpApplication App { get; private set; } = null!;

    /// <summary>A new browser without cookies or passkeys.</summary>
    public CitizenBrowser Browser(SoftAuthenticator? authenticator = null) => App.Browser(authenticator);

    /// <summary>The same browser once more: its cookies, its passkeys.</summary>
    public CitizenBrowser CopyOf(CitizenBrowser browser)
    {
        var copy = Browser(browser.Authenticator);
        foreach (var (name, value) in browser.Cookies)
        {
            copy.Cookies[name] = value;
        }

        return copy;
    }

    /// <summary>How many rows of a table have this value in a column.</summary>
    public async Task<int> CountAsync(string table, string column, object value)
    {
        var sql = App.Services.GetRequiredService<SqlDatabase>();
        var rows = await sql.ListAsync(
            $"SELECT count(*) FROM {table} WHERE {column} = @value",
            p => _ = value switch
            {
                byte[] bytes => p.Add("value", bytes),
                Guid id => p.Add("value", id),
                _ => p.Add("value", (string)value),
            },
            row => (int)row.Number(0),
            CancellationToken.None);
        return rows[0];
    }

    public async ValueTask InitializeAsync()
    {
        App = new IdpApplication(await SettingsAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        CleanUp();
        GC.SuppressFinalize(this);
    }

    protected abstract Task<IReadOnlyDictionary<string, string?>> SettingsAsync();

    protected virtual void CleanUp()
    {
    }
}

/// <summary>The embedded databases, in a folder that is removed afterwards.</summary>
public sealed class SqliteIdp : IdpFixture
{
    private readonly string _folder = Directory.CreateTempSubdirectory("moi-idp-").FullName;

    protected override Task<IReadOnlyDictionary<string, string?>> SettingsAsync()
        => Task.FromResult<IReadOnlyDictionary<string, string?>>(new Dictionary<string, string?> { ["Idp:DataPath"] = _folder });

    protected override void CleanUp() => Directory.Delete(_folder, recursive: true);
}

/// <summary>PostgreSQL and Redis, as in production.</summary>
public sealed class PostgresIdp(PostgresServer postgres, RedisServer redis) : IdpFixture
{
    private readonly string _folder = Directory.CreateTempSubdirectory("moi-idp-").FullName;

    protected override async Task<IReadOnlyDictionary<string, string?>> SettingsAsync()
    {
        var database = await postgres.NewDatabaseAsync();
        await using (var db = new PostgresIdpDb(new DbContextOptionsBuilder<PostgresIdpDb>().UseNpgsql(database).Options))
        {
            await db.Database.MigrateAsync();
        }

        return new Dictionary<string, string?>
        {
            ["Idp:DataPath"] = _folder,
            ["Idp:Storage:Provider"] = "Postgres",
            ["ConnectionStrings:Postgres"] = database,
            ["ConnectionStrings:Redis"] = redis.ConnectionString,
        };
    }

    protected override void CleanUp() => Directory.Delete(_folder, recursive: true);
}
