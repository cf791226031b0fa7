using System.Globalization;
using Npgsql;
using Xunit;

namespace Moi.Identity.Testing;

/// <summary>A throw-away PostgreSQL on a free port, with its data in a temporary folder.</summary>
/// <remarks>
/// Commits reach the operating system before they are confirmed, so <see cref="KillAsync"/> loses none of them. They
/// are not forced to the disk unless asked: only a machine that loses power would notice, and tests run much faster.
/// </remarks>
public sealed class PostgresServer : IAsyncLifetime
{
    private static readonly bool IsRoot = Environment.UserName == "root";

    private string _folder = "";
    private ChildProcess? _server;
    private int _databases;

    /// <summary>Commit as in production, with a disk write each: for measurements.</summary>
    public bool ForcesToDisk { get; init; }

    /// <summary>Count the calls of each statement (<c>pg_stat_statements</c>): for measurements.</summary>
    public bool CountsStatements { get; init; }

    /// <summary>The port, the same after a restart.</summary>
    public int Port { get; } = FreePort.Next();

    /// <summary>The process id of the server, for measurements.</summary>
    public int ProcessId => _server!.Id;

    /// <summary>The connection string of one database.</summary>
    public string ConnectionString(string database) => $"Host=127.0.0.1;Port={Port};Username=postgres;Database={database}";

    /// <summary>Makes the data folder and starts the server.</summary>
    public async ValueTask InitializeAsync()
    {
        _folder = Directory.CreateTempSubdirectory("moi-postgres-").FullName;
        if (IsRoot)
        {
            await ChildProcess.RunAsync(["chown", "postgres:postgres", _folder]);
        }

        await ChildProcess.RunAsync(
        [
            .. AsPostgres, Program("initdb"), "--pgdata", Data, "--username", "postgres", "--auth", "trust",
            "--no-sync", "--no-instructions", "--encoding", "UTF8", "--locale", "C.UTF-8",
        ]);
        await StartAsync();
    }

    /// <summary>Makes an empty database and returns its connection string.</summary>
    /// <param name="template">An existing database to copy; copying is faster than migrating again.</param>
    public async Task<string> NewDatabaseAsync(string template = "template1")
    {
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await using var source = NpgsqlDataSource.Create(ConnectionString("postgres") + ";Pooling=false");
        await using var command = source.CreateCommand($"create database {name} template {template}");
        await command.ExecuteNonQueryAsync();
        return ConnectionString(name);
    }

    /// <summary>Kills the server with <c>kill -9</c>. Its data stay.</summary>
    public async Task KillAsync()
    {
        await _server!.KillAsync();
        await _server.DisposeAsync();
        _server = null;
    }

    /// <summary>Starts the killed server again, on the same data and port, and waits until it answers.</summary>
    public async Task StartAsync() =>
        // What is left of a killed server holds its shared memory for a moment, and a new one refuses to start then.
        await Eventually.TrueAsync(
            async () =>
            {
                if (_server is null or { HasExited: true })
                {
                    _server = await ChildProcess.StartAsync([.. AsPostgres, Program("postgres"), "-D", Data, .. Settings()], "QUIT");
                }

                await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false;Timeout=2");
                await connection.OpenAsync();
                return true;
            },
            $"PostgreSQL in {_folder} answers");

    /// <summary>Stops the server at once and removes its data.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        if (_folder.Length > 0)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    // PostgreSQL refuses to run as root.
    private static string[] AsPostgres =>
        IsRoot ? ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups", "--"] : [];

    private string Data => Path.Combine(_folder, "data");

    private IEnumerable<string> Settings()
    {
        // More connections than the 100 of production: dozens of servers of the tests share it, each with a pool of its own.
        string[] settings =
        [
            "listen_addresses=127.0.0.1", $"port={Port}", "unix_socket_directories=", "max_connections=200",
            .. ForcesToDisk ? Array.Empty<string>() : ["fsync=off", "full_page_writes=off"],
            .. CountsStatements ? ["shared_preload_libraries=pg_stat_statements"] : Array.Empty<string>(),
        ];
        return settings.SelectMany(setting => (string[])["-c", setting]);
    }

    // Debian keeps the server's programs of each version in a folder of their own, outside the path.
    private static string Program(string name)
    {
        const string Versions = "/usr/lib/postgresql";
        return Directory.Exists(Versions)
            ? Directory.GetDirectories(Versions)
                .OrderByDescending(version => int.Parse(Path.GetFileName(version), CultureInfo.InvariantCulture))
                .Select(version => Path.Combine(version, "bin", name))
                .First(File.Exists)
            : name;
    }
}
