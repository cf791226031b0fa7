using Moi.Identity.Testing;
using Npgsql;
using StackExchange.Redis;

namespace Moi.Identity.LoadGenerator;

/// <summary>The identity provider and, in production mode, its database and Redis, as processes of their own.</summary>
internal sealed class Servers : IAsyncDisposable
{
    private readonly KeyRingCertificate _certificate = new();
    private readonly PostgresServer? _postgres;
    private readonly RedisServer? _redis;
    private ConnectionMultiplexer? _redisAdmin;

    private Servers(bool production)
    {
        if (production)
        {
            _postgres = new PostgresServer { ForcesToDisk = true, CountsStatements = true };
            _redis = new RedisServer();
        }
    }

    internal IdpProcess Idp { get; private set; } = null!;

    /// <summary>The connection string of the database.</summary>
    internal string Database { get; private set; } = "";

    internal ConnectionMultiplexer Redis => _redisAdmin!;

    internal static async Task<Servers> StartAsync(bool production)
    {
        var servers = new Servers(production);
        var settings = new Dictionary<string, string?>(servers._certificate.Production())
        {
            ["Logging__LogLevel__Default"] = "Warning",
        };
        if (production)
        {
            await servers._postgres!.InitializeAsync();
            await servers._redis!.InitializeAsync();
            servers.Database = await servers._postgres.NewDatabaseAsync();
            servers._redisAdmin = await ConnectionMultiplexer.ConnectAsync(servers._redis.ConnectionString + ",allowAdmin=true");
            settings["Idp__Storage__Provider"] = "Postgres";
            settings["ConnectionStrings__Postgres"] = servers.Database;
            settings["ConnectionStrings__Redis"] = servers._redis.ConnectionString;
        }

        servers.Idp = new IdpProcess(settings);
        if (production)
        {
            var (exitCode, output) = await servers.Idp.RunAsync("migrate");
            if (exitCode != 0)
            {
                throw new InvalidOperationException("The database could not be migrated: " + output);
            }
        }

        await servers.Idp.StartAsync();
        return servers;
    }

    /// <summary>Adds people and their traces to the database.</summary>
    internal Task GrowAsync(int citizens, int refreshTokens) => Population.AddAsync(Database, citizens, refreshTokens);

    /// <summary>Microseconds of this process, PostgreSQL and Redis together for some work, after a warm-up of the same kind.</summary>
    internal async Task<double> CostAsync(Func<Task> warmUp, Func<Task> work)
    {
        await warmUp();
        var before = Cpu();
        await work();
        return (Cpu() - before).TotalMicroseconds;

        TimeSpan Cpu() => Environment.CpuUsage.TotalTime + ProcessCpu.OfFamily(_postgres!.ProcessId) + ProcessCpu.Of(_redis!.ProcessId);
    }

    /// <summary>What every server process has used so far.</summary>
    internal async Task<Usage> MeasureAsync()
    {
        var usage = new Usage
        {
            IdpCpu = ProcessCpu.Of(Idp.ProcessId),
            IdpMemory = ProcessCpu.ResidentBytes(Idp.ProcessId),
            IdpPeakMemory = ProcessCpu.PeakResidentBytes(Idp.ProcessId),
        };
        if (_postgres is null)
        {
            return usage;
        }

        var info = await _redisAdmin!.GetServers()[0].InfoAsync("commandstats");
        var commands = info.SelectMany(section => section)
            .Where(line => line.Key.StartsWith("cmdstat_", StringComparison.Ordinal))
            .ToDictionary(
                line => line.Key["cmdstat_".Length..],
                line => long.Parse(line.Value.Split(',')[0]["calls=".Length..], System.Globalization.CultureInfo.InvariantCulture),
                StringComparer.Ordinal);
        return usage with
        {
            PostgresCpu = ProcessCpu.OfFamily(_postgres.ProcessId),
            RedisCpu = ProcessCpu.Of(_redis!.ProcessId),
            RedisCommands = commands,
            Statements = await StatementsAsync(),
        };
    }

    public async ValueTask DisposeAsync()
    {
        await Idp.DisposeAsync();
        if (_redisAdmin is not null)
        {
            await _redisAdmin.DisposeAsync();
        }

        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }

        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }

        _certificate.Dispose();
    }

    /// <summary>Calls of each statement, by PostgreSQL's own count (<c>pg_stat_statements</c>).</summary>
    private async Task<Dictionary<string, long>> StatementsAsync()
    {
        await using var connection = new NpgsqlConnection(Database + ";Pooling=false");
        await connection.OpenAsync();
        await using (var create = new NpgsqlCommand("CREATE EXTENSION IF NOT EXISTS pg_stat_statements", connection))
        {
            await create.ExecuteNonQueryAsync();
        }

        await using var command = new NpgsqlCommand(
            """
            SELECT left(regexp_replace(query, '\s+', ' ', 'g'), 160), sum(calls)::bigint FROM pg_stat_statements
            WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query NOT LIKE '%pg_stat%'
            GROUP BY 1
            """,
            connection);
        await using var reader = await command.ExecuteReaderAsync();
        var calls = new Dictionary<string, long>(StringComparer.Ordinal);
        while (await reader.ReadAsync())
        {
            calls[reader.GetString(0)] = reader.GetInt64(1);
        }

        return calls;
    }
}

/// <summary>A reading of the counters.</summary>
internal sealed record Usage
{
    internal TimeSpan IdpCpu { get; init; }

    internal TimeSpan PostgresCpu { get; init; }

    internal TimeSpan RedisCpu { get; init; }

    internal TimeSpan AllCpu => IdpCpu + PostgresCpu + RedisCpu;

    internal long IdpMemory { get; init; }

    internal long IdpPeakMemory { get; init; }

    internal IReadOnlyDictionary<string, long> Statements { get; init; } = new Dictionary<string, long>();

    internal IReadOnlyDictionary<string, long> RedisCommands { get; init; } = new Dictionary<string, long>();
}
