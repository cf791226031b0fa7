using System.Security.Cryptography;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Outbound;
using Moi.Identity.Idp.Features.Oidc.Tokens;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Tests.Hosting;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>The whole identity provider in this process, with a clock that tests move.</summary>
public abstract class OidcServer : IAsyncLifetime
{
    internal const string Origin = "http://idp.localhost:5080";
    internal const string Issuer = Origin + "/";

    private WebApplicationFactory<Program>? _factory;
    private int _names;

    public FakeTimeProvider Time { get; protected init; } = new(new DateTimeOffset(2026, 11, 23, 1, 0, 0, TimeSpan.Zero));

    /// <summary>Every line the server logged.</summary>
    internal LogLines Log { get; } = new();

    internal IReadOnlyDictionary<string, string> Settings { get; private set; } = new Dictionary<string, string>();

    internal IServiceProvider Services => _factory!.Services;

    /// <summary>The name of its PostgreSQL database; nothing on SQLite.</summary>
    internal string? DatabaseName => Settings.TryGetValue("ConnectionStrings:Postgres", out var connection)
        ? new Npgsql.NpgsqlConnectionStringBuilder(connection).Database
        : null;

    internal SqlDatabase Sql => Services.GetRequiredService<SqlDatabase>();

    public async ValueTask InitializeAsync()
    {
        Settings = await SettingsAsync();
        Start();
    }

    /// <summary>Stops the server and starts another one on the same data.</summary>
    internal async Task RestartAsync()
    {
        await _factory!.DisposeAsync();
        Start();
    }

    public async ValueTask DisposeAsync()
    {
        if (_factory is not null)
        {
            await _factory.DisposeAsync();
        }

        await CleanAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>A browser without cookies.</summary>
    internal TestBrowser NewBrowser() => new(_factory!.Server.CreateHandler());

    /// <summary>A browser with passkeys of its own.</summary>
    internal CitizenBrowser NewCitizenBrowser(SoftAuthenticator? authenticator = null)
        => new(_factory!.Server.CreateHandler(), Origin, authenticator);

    /// <summary>The server as a browser's connection sees it.</summary>
    internal HttpMessageHandler NewHandler() => _factory!.Server.CreateHandler();

    /// <summary>A client of the back channel.</summary>
    internal HttpClient NewBackChannel() => new(_factory!.Server.CreateHandler()) { BaseAddress = new Uri(Origin) };

    /// <summary>Registers an agency's client.</summary>
    internal async Task<TestAgency> NewAgencyAsync(Action<TestAgency>? bend = null)
    {
        var agency = new TestAgency(this, $"agency-{Interlocked.Increment(ref _names)}-{RandomNumberGenerator.GetHexString(6, lowercase: true)}");
        bend?.Invoke(agency);
        await agency.RegisterAsync();
        return agency;
    }

    internal async Task<ApplyResult> ApplyAsync(string json)
        => await Services.GetRequiredService<ClientRegistration>().ApplyAsync(json, CancellationToken.None);

    /// <summary>A citizen with one passkey.</summary>
    internal async Task<TestCitizen> NewCitizenAsync(string label = "小明")
    {
        var now = Time.GetUtcNow();
        var citizen = new Citizen
        {
            Id = Guid.CreateVersion7(now),
            DisplayLabel = label,
            UserHandle = RandomNumberGenerator.GetBytes(32),
            CreatedAt = now,
            SecurityStamp = "stamp",
            ConcurrencyStamp = "stamp",
        };
        var credential = new Credential
        {
            Id = Guid.CreateVersion7(now),
            CitizenId = citizen.Id,
            CredentialId = RandomNumberGenerator.GetBytes(16),
            PublicKey = [1],
            Algorithm = -7,
            CreatedAt = now,
        };
        await using var scope = Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IdpDb>();
        db.AddRange(citizen, credential);
        await db.SaveChangesAsync();
        return new TestCitizen(citizen.Id, credential.Id, label);
    }

    /// <summary>What the sign-in page does once a passkey was verified.</summary>
    internal async Task<Session> SignInAsync(TestBrowser browser, TestCitizen citizen, string acr = "urn:moi:acr:1")
    {
        var (session, cookie) = await Services.GetRequiredService<SessionStore>().CreateAsync(
            new NewSession(citizen.Id, citizen.CredentialId, acr, ["hwk", "user", "mfa"], "Chrome · Linux", citizen.Label),
            CancellationToken.None);
        browser.Cookies["moi-session"] = cookie;
        return session;
    }

    internal Task<int> ExecuteAsync(string sql, Action<SqlParameters>? bind = null)
        => Sql.ExecuteAsync(sql, bind ?? (static _ => { }), CancellationToken.None);

    internal async Task<long> CountAsync(string sql, Action<SqlParameters>? bind = null)
        => (await Sql.ListAsync(sql, bind ?? (static _ => { }), row => row.Number(0), CancellationToken.None))[0];

    /// <summary>The session as an agency knows it that was entered in it.</summary>
    internal async Task<string> SidAtAsync(TestAgency agency, string sid)
        => (await Sql.ListAsync(
            "SELECT subject FROM grants WHERE sid = @sid AND client_id = @client", p => p.Add("sid", sid).Add("client", agency.ClientId),
            row => AgencySessionId.Of(sid, row.Text(0)), CancellationToken.None))[0];

    private void Start()
    {
        _factory = new WebApplicationFactory<Program>().WithWebHostBuilder(builder =>
        {
            builder.UseEnvironment("Development");
            builder.UseSetting("Idp:PublicOrigin", Origin);
            builder.UseSetting("Idp:Registration:Enabled", "true");
            foreach (var (name, value) in Settings)
            {
                builder.UseSetting(name, value);
            }

            builder.ConfigureLogging(logging => logging.AddProvider(Log));
            builder.ConfigureTestServices(services =>
            {
                services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Time));

                // A loaded machine may take its time; the limit that counts has tests of its own.
                services.Replace(ServiceDescriptor.Singleton(sp => new GuardedHttp(
                    sp.GetRequiredService<IHostEnvironment>(), System.Net.Dns.GetHostAddressesAsync, Eventually.Patience)));
                Outage.Decorate(services);
                ConfigureServices(services);
            });
        });
        _factory.StartServer();
    }

    protected abstract Task<IReadOnlyDictionary<string, string>> SettingsAsync();

    protected virtual void ConfigureServices(IServiceCollection services)
    {
    }

    protected virtual Task CleanAsync() => Task.CompletedTask;
}

/// <summary>The embedded server.</summary>
public class SqliteOidcServer : OidcServer
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("moi-oidc-");

    protected override Task<IReadOnlyDictionary<string, string>> SettingsAsync()
        => Task.FromResult<IReadOnlyDictionary<string, string>>(
            new Dictionary<string, string> { ["Idp:DataPath"] = _folder.FullName });

    protected override Task CleanAsync()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
        return Task.CompletedTask;
    }
}

/// <summary>The server on PostgreSQL and Redis.</summary>
public class PostgresOidcServer(PostgresServer postgres, RedisServer redis) : OidcServer
{
    protected override async Task<IReadOnlyDictionary<string, string>> SettingsAsync()
    {
        var settings = new Dictionary<string, string>
        {
            ["Idp:Storage:Provider"] = "Postgres",
            ["ConnectionStrings:Postgres"] = await postgres.NewDatabaseAsync(),
            ["ConnectionStrings:Redis"] = redis.NewInstallation(),
        };
        await using var db = new PostgresIdpDb(
            new DbContextOptionsBuilder<PostgresIdpDb>().UseNpgsql(settings["ConnectionStrings:Postgres"]).Options);
        await db.Database.MigrateAsync();
        return settings;
    }
}

/// <summary>Another server on the same PostgreSQL and Redis, with the same clock.</summary>
internal sealed class SecondOidcServer : OidcServer
{
    private readonly OidcServer _first;

    internal SecondOidcServer(OidcServer first)
    {
        _first = first;
        Time = first.Time;
    }

    protected override Task<IReadOnlyDictionary<string, string>> SettingsAsync() => Task.FromResult(_first.Settings);
}

/// <summary>Somebody with a passkey.</summary>
internal sealed record TestCitizen(Guid Id, Guid CredentialId, string Label);

/// <summary>Tests of one collection share a server and run one after the other, so that they may move its clock.</summary>
[CollectionDefinition]
public sealed class OnSqlite : ICollectionFixture<SqliteOidcServer>;

/// <inheritdoc cref="OnSqlite"/>
[CollectionDefinition]
public sealed class OnPostgres : ICollectionFixture<PostgresOidcServer>;
