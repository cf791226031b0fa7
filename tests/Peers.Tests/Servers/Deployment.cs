using System.Net;
using Moi.Identity.Peers.Tests.Agencies;
using Moi.Identity.Testing;
using Npgsql;

namespace Moi.Identity.Peers.Tests.Servers;

/// <summary>The service as it runs in production: nginx with TLS, two servers, one PostgreSQL, one Redis; all real processes.</summary>
/// <remarks>
/// The servers run in Development, because Production refuses names below localhost and calls no agency on this machine.
/// </remarks>
public sealed class Deployment : IAsyncLifetime
{
    private readonly PostgresServer _postgres = new();
    private readonly RedisServer _redis = new();
    private readonly Nginx _nginx = new();
    private readonly SocketsHttpHandler _http = LocalhostHttp.Handler(keepsCookies: false);
    private readonly string _anchors = Path.GetTempFileName();
    private IdpProcess[] _nodes = [];
    private string _database = "";
    private string _store = "";

    /// <summary>What browsers and agencies see.</summary>
    internal string Origin => _nginx.Origin;

    internal string Issuer => Origin + "/";

    /// <summary>The file of the certificate that a peer must trust.</summary>
    internal string CertificateFile => _nginx.CertificateFile;

    /// <summary>The two servers behind nginx.</summary>
    internal IReadOnlyList<IdpProcess> Nodes => _nodes;

    /// <summary>Reaches nginx, trusts its certificate and no other, keeps no cookie.</summary>
    internal HttpMessageHandler Handler => _http;

    public async ValueTask InitializeAsync()
    {
        _http.SslOptions.RemoteCertificateValidationCallback =
            (_, certificate, _, _) => certificate?.GetCertHashString() == _nginx.Certificate.GetCertHashString();
        await Task.WhenAll(_postgres.InitializeAsync().AsTask(), _redis.InitializeAsync().AsTask());
        _database = await _postgres.NewDatabaseAsync();
        _store = _redis.NewInstallation();
        await File.WriteAllTextAsync(_anchors, PeerAuthority.RootPem);
        _nodes = [NewNode(), NewNode()];
        await RunAsync("migrate");
        await Task.WhenAll([.. _nodes.Select(node => node.StartAsync()), RegisterAsync()]);
        await _nginx.StartAsync(_nodes);
    }

    /// <summary>A client of the servers' programs' endpoints, through nginx.</summary>
    internal HttpClient NewBackChannel() => new(_http, disposeHandler: false) { BaseAddress = new Uri(Origin) };

    /// <summary>A browser of somebody who has these passkeys.</summary>
    internal CitizenBrowser NewBrowser(HttpMessageHandler handler, SoftAuthenticator passkeys) => new(handler, Origin, passkeys);

    /// <summary>The name of a server in <see cref="Nginx.NodeHeader"/>.</summary>
    internal static string NameOf(IdpProcess node) => new Uri(node.Address).Authority;

    /// <summary>Which servers had a part in an answer; several when nginx asked a second one.</summary>
    internal static string NodeOf(HttpResponseMessage answer)
        => answer.Headers.TryGetValues(Nginx.NodeHeader, out var nodes) ? string.Join(' ', nodes) : "";

    /// <summary>Runs a command of the server, such as <c>clients apply FILE</c>.</summary>
    internal async Task<string> RunAsync(params string[] arguments)
    {
        var (exitCode, output) = await _nodes[0].RunAsync(arguments);
        exitCode.ShouldBe(0, output);
        return output;
    }

    /// <summary>What the database says: the rows of a query, each as its columns.</summary>
    internal async Task<List<object[]>> QueryAsync(string sql, params object[] parameters)
    {
        await using var source = NpgsqlDataSource.Create(_database + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        foreach (var value in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<object[]>();
        while (await reader.ReadAsync())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        await _nginx.DisposeAsync();
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        File.Delete(_anchors);
        await _redis.DisposeAsync();
        await _postgres.DisposeAsync();
        _http.Dispose();
    }

    private async Task RegisterAsync()
    {
        var file = Path.Combine(Path.GetDirectoryName(CertificateFile)!, "clients.json");
        await File.WriteAllTextAsync(file, PeerClients.Registration());
        PeerClients.TakeSecrets(await RunAsync("clients", "apply", file));
    }

    private IdpProcess NewNode() => new(new Dictionary<string, string?>
    {
        ["Idp__PublicOrigin"] = Origin,
        ["Idp__Proxies__Trusted__0"] = IPAddress.Loopback.ToString(),
        ["Idp__Storage__Provider"] = "Postgres",
        ["ConnectionStrings__Postgres"] = _database,
        ["ConnectionStrings__Redis"] = _store,

        ["Idp__MutualTls__Enabled"] = "true",
        ["Idp__MutualTls__Host"] = _nginx.CertificateAuthority,
        ["Idp__MutualTls__TrustAnchors"] = _anchors,
        ["Idp__MutualTls__Revocation"] = "NoCheck",
        ["Idp__MutualTls__ForwardedHeader"] = Nginx.CertificateHeader,
        ["Idp__MutualTls__ForwardedFormat"] = "EscapedPem",

        // Everybody comes from one address here, and a refused request counts ten times.
        ["Idp__Limits__PagesPerAddress"] = "10000000",
        ["Idp__Limits__ProgramsPerAddress"] = "10000000",
        ["Logging__LogLevel__Default"] = "Warning",
    });
}
