using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.SignIn;
using Moi.Identity.Idp.Sessions;
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

    /// <summary>What an agency's authorization request does before it sends the browser to sign in.</summary>
    /// <returns>The transaction's handle.</returns>
    internal async Task<string> BeginTransactionAsync(
        CitizenBrowser browser, AuthenticationRequirement? requirement = null, RequestingService? service = null)
    {
        if (!browser.Cookies.ContainsKey("moi-browser"))
        {
            await browser.OpenAsync("/sign-in");
        }

        return await App.Services.GetRequiredService<SignInTransactions>().BeginAsync(
            Http(browser), "/account/activity", requirement ?? new AuthenticationRequirement(), service, null, CancellationToken.None);
    }

    /// <summary>What the transaction knows by now.</summary>
    internal async Task<SignInTransaction?> FindTransactionAsync(CitizenBrowser browser, string handle)
        => (await App.Services.GetRequiredService<SignInTransactions>()
            .FindAsync(Http(browser), handle, CancellationToken.None))?.Value;

    /// <summary>The session of a browser, as the server sees it.</summary>
    internal async Task<Session?> SessionOfAsync(CitizenBrowser browser)
        => await App.Services.GetRequiredService<SessionStore>()
            .FindAsync(browser.Cookies.GetValueOrDefault("moi-session"), CancellationToken.None);

    /// <summary>Reads rows of the database.</summary>
    internal Task<List<T>> QueryAsync<T>(string sql, Guid citizen, Func<SqlRow, T> read)
        => App.Services.GetRequiredService<SqlDatabase>().ListAsync(sql, p => p.Add("citizen", citizen), read, CancellationToken.None);

    /// <summary>Changes rows of the database.</summary>
    internal Task<int> ExecuteAsync(string sql, Guid citizen)
        => App.Services.GetRequiredService<SqlDatabase>().ExecuteAsync(sql, p => p.Add("citizen", citizen), CancellationToken.None);

    /// <summary>Stops the server and starts another on the same data.</summary>
    public async Task RestartAsync()
    {
        var again = App.Again();
        await App.DisposeAsync();
        App = again;
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

    private static DefaultHttpContext Http(CitizenBrowser browser)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.Cookie = "moi-browser=" + browser.Cookies["moi-browser"];
        return http;
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

    /// <summary>The settings of a server on a new database.</summary>
    internal static async Task<Dictionary<string, string?>> SettingsAsync(PostgresServer postgres, RedisServer redis)
    {
        var database = await postgres.NewDatabaseAsync();
        await using (var db = new PostgresIdpDb(new DbContextOptionsBuilder<PostgresIdpDb>().UseNpgsql(database).Options))
        {
            await db.Database.MigrateAsync();
        }

        return new Dictionary<string, string?>
        {
            ["Idp:Storage:Provider"] = "Postgres",
            ["ConnectionStrings:Postgres"] = database,
            ["ConnectionStrings:Redis"] = redis.NewInstallation(),
        };
    }

    protected override async Task<IReadOnlyDictionary<string, string?>> SettingsAsync()
        => new Dictionary<string, string?>(await SettingsAsync(postgres, redis)) { ["Idp:DataPath"] = _folder };

    protected override void CleanUp() => Directory.Delete(_folder, recursive: true);
}
