using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Data.Pruning;
using Npgsql;

namespace Moi.Identity.Idp.Data;

internal static class DataFeature
{
    /// <summary>Two servers and commands beside them fit into the 100 connections of a PostgreSQL that nobody has configured.</summary>
    private const int MostConnections = 40;

    /// <summary>Adds the database that the configuration names, for EF Core and for plain SQL.</summary>
    internal static IServiceCollection AddIdpData(this IServiceCollection services, IConfiguration configuration)
    {
        var options = configuration.GetSection(IdpOptions.Section).Get<IdpOptions>() ?? new IdpOptions();
        if (options.Storage.Provider == StorageProvider.Postgres)
        {
            // What the operator writes comes last and wins.
            var connectionString = new NpgsqlConnectionStringBuilder(
                $"Maximum Pool Size={MostConnections};{configuration.GetConnectionString("Postgres")}")
            {
                ApplicationName = "moi-identity",
                MaxAutoPrepare = 100,
                AutoPrepareMinUsages = 2,

                // Nothing of ours changes the state of a connection, and undoing it costs seven statements each time.
                NoResetOnClose = true,
            };
            services.AddSingleton(_ => NpgsqlDataSource.Create(connectionString));
            services.AddSingleton(sp => SqlDatabase.Postgres(sp.GetRequiredService<NpgsqlDataSource>()));
            services.AddDbContext<PostgresIdpDb>(
                (sp, db) => db.UseNpgsql(sp.GetRequiredService<NpgsqlDataSource>()));
            services.AddScoped<IdpDb>(sp => sp.GetRequiredService<PostgresIdpDb>());
        }
        else
        {
            var file = Path.Combine(Path.GetFullPath(options.DataPath), "idp.db");
            var connectionString = new SqliteConnectionStringBuilder { DataSource = file, ForeignKeys = true }.ToString();
            services.AddSingleton(_ => SqlDatabase.Sqlite(connectionString));
            services.AddDbContext<SqliteIdpDb>(db => db.UseSqlite(connectionString));
            services.AddScoped<IdpDb>(sp => sp.GetRequiredService<SqliteIdpDb>());
        }

        services.AddDataProtection().SetApplicationName("Moi.Identity.Idp").PersistKeysToDbContext<IdpDb>();
        services.AddScoped<IUserStore<Citizen>, CitizenStore>();
        services.AddIdentityCore<Citizen>();
        services.AddHostedService<DatabaseStartup>();
        services.AddOptions<PruningOptions>().BindConfiguration(PruningOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<Pruner>();
        services.AddHostedService(provider => provider.GetRequiredService<Pruner>());
        return services;
    }

    /// <summary>What a command needs before it touches the database: the embedded one may not exist yet.</summary>
    internal static Task PrepareAsync(IServiceProvider services, CancellationToken ct)
        => services.GetRequiredService<IOptions<IdpOptions>>().Value.Storage.Provider == StorageProvider.Sqlite
            ? MigrateAsync(services, ct)
            : Task.CompletedTask;

    /// <summary>Brings the database to the newest migration.</summary>
    internal static async Task MigrateAsync(IServiceProvider services, CancellationToken ct)
    {
        var options = services.GetRequiredService<IOptions<IdpOptions>>().Value;
        if (options.Storage.Provider == StorageProvider.Sqlite)
        {
            Directory.CreateDirectory(Path.GetFullPath(options.DataPath));
        }

        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IdpDb>().Database.MigrateAsync(ct);
    }
}

/// <summary>Embedded databases are created and migrated at start; PostgreSQL is migrated by the <c>migrate</c> command.</summary>
/// <remarks>It comes first among the hosted services, so that every later one finds its tables.</remarks>
internal sealed class DatabaseStartup(
    IServiceProvider services, IOptions<IdpOptions> options) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Storage.Provider == StorageProvider.Sqlite)
        {
            await DataFeature.MigrateAsync(services, cancellationToken);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
