using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Moi.Identity.Testing;

/// <summary>A throw-away Redis on a free port.</summary>
public sealed class RedisServer : IAsyncLifetime
{
    private string _folder = "";
    private ChildProcess? _server;
    private int _installations;

    /// <summary>Write an append-only file, so that data survive a kill, as production should.</summary>
    public bool KeepsData { get; init; }

    /// <summary>The port, the same after a restart.</summary>
    public int Port { get; } = FreePort.Next();

    /// <summary>The process id of the server, for measurements.</summary>
    public int ProcessId => _server!.Id;

    /// <summary>What StackExchange.Redis connects to.</summary>
    public string ConnectionString => $"127.0.0.1:{Port}";

    /// <summary>
    /// The same for an installation of its own: servers of another one share neither its data nor its notices of changes. With all the
    /// patience that a loaded machine needs.
    /// </summary>
    public string NewInstallation()
    {
        var number = Interlocked.Increment(ref _installations);
        return $"{ConnectionString},defaultDatabase={number},channelPrefix=installation-{number}:,asyncTimeout=30000,syncTimeout=30000";
    }

    /// <summary>Starts the server.</summary>
    public async ValueTask InitializeAsync()
    {
        _folder = Directory.CreateTempSubdirectory("moi-redis-").FullName;
        await StartAsync();
    }

    /// <summary>Kills the server with <c>kill -9</c>.</summary>
    public async Task KillAsync()
    {
        await _server!.KillAsync();
        await _server.DisposeAsync();
        _server = null;
    }

    /// <summary>Starts the killed server again on the same port, and waits until it answers.</summary>
    public async Task StartAsync()
    {
        _server = await ChildProcess.StartAsync(
        [
            "redis-server", "--bind", "127.0.0.1", "--port", $"{Port}", "--dir", _folder, "--save", "", "--databases", "1000",
            "--appendonly", KeepsData ? "yes" : "no", "--appendfsync", KeepsData ? "always" : "no",
        ]);
        await Eventually.TrueAsync(AnswersAsync, $"Redis on port {Port} answers");
    }

    /// <summary>Stops the server and removes its data.</summary>
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

    // By hand: the client library waits for seconds after a refused connection.
    private async Task<bool> AnswersAsync()
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, Port);
        using var reader = new StreamReader(connection.GetStream());
        await connection.GetStream().WriteAsync("PING\r\n"u8.ToArray());
        return await reader.ReadLineAsync() is "+PONG";
    }
}
