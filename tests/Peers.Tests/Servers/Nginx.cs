using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Moi.Identity.Testing;

namespace Moi.Identity.Peers.Tests.Servers;

/// <summary>
/// nginx as docs/operations/install.md configures it, before several servers in turn and without affinity. The header
/// <see cref="NodeHeader"/> of each answer says which server gave it.
/// </summary>
internal sealed class Nginx : IAsyncDisposable
{
    internal const string NodeHeader = "X-Node";
    internal const string CertificateHeader = "Client-Cert";
    private const string Host = "idp.localhost";
    private const string CertificateHost = "mtls." + Host;

    private readonly string _folder = Directory.CreateTempSubdirectory("moi-nginx-").FullName;
    private readonly int _port = FreePort.Next();
    private readonly int _certificatePort = FreePort.Next();
    private ChildProcess? _server;

    internal Nginx()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + Host, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Host);
        names.AddDnsName(CertificateHost);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        Certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        File.WriteAllText(CertificateFile, Certificate.ExportCertificatePem());
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>What browsers and agencies see.</summary>
    internal string Origin => $"https://{Host}:{_port}";

    /// <summary>Where programs show a certificate (RFC 8705 §5). Browsers never come here: they would ask citizens to choose one.</summary>
    internal string CertificateAuthority => $"{CertificateHost}:{_certificatePort}";

    /// <summary>The one certificate to be trusted.</summary>
    internal X509Certificate2 Certificate { get; }

    internal string CertificateFile => Path.Combine(_folder, "server.crt");

    private string KeyFile => Path.Combine(_folder, "server.key");

    internal async Task StartAsync(IEnumerable<IdpProcess> nodes)
    {
        var configuration = Path.Combine(_folder, "nginx.conf");
        await File.WriteAllTextAsync(configuration, Configuration(nodes.Select(node => node.Port)));
        _server = await ChildProcess.StartAsync([Program, "-p", _folder, "-c", configuration, "-e", "stderr"]);
        using var http = LocalhostHttp.Client($"http://127.0.0.1:{_port}");

        // Plain http on the port of TLS is answered with 400, and that is enough to know that it listens.
        await Eventually.TrueAsync(
            async () => _server.HasExited || (await http.GetAsync("/")).StatusCode == System.Net.HttpStatusCode.BadRequest, "nginx answers");
        if (_server.HasExited)
        {
            throw new InvalidOperationException($"nginx ended with {_server.ExitCode}:\n{_server.Output}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Certificate.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // Debian keeps it where only root's path leads.
    private static string Program => File.Exists("/usr/sbin/nginx") ? "/usr/sbin/nginx" : "nginx";

    private string Configuration(IEnumerable<int> ports)
    {
        var nodes = string.Join("\n", ports.Select(port => $"    server 127.0.0.1:{port} max_fails=1 fail_timeout=1s;"));
        var folders = string.Join("\n", new[] { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" }.Select(name => $"  {name}_temp_path {_folder}/{name};"));
        return $$"""
            daemon off;
            worker_processes 1;
            pid {{_folder}}/nginx.pid;
            {{(Environment.UserName == "root" ? "user root;" : "")}}
            events { worker_connections 2048; }
            http {
            {{folders}}
              access_log off;
              upstream nodes {
            {{nodes}}
                keepalive 128;
              }
            {{Server(_port, Host, "", "\"\"")}}
            {{Server(_certificatePort, CertificateHost, "ssl_verify_client optional_no_ca;", "$ssl_client_escaped_cert")}}
            }
            """;
    }

    /// <summary>One name. The header field of the certificate is replaced in every request, so that nobody can bring one along.</summary>
    private string Server(int port, string name, string verify, string certificate) => $$"""
              server {
                listen 127.0.0.1:{{port}} ssl;
                server_name {{name}};
                ssl_certificate {{CertificateFile}};
                ssl_certificate_key {{KeyFile}};
                ssl_protocols TLSv1.2 TLSv1.3;
                {{verify}}
                location ~* ^/health(/|$) { return 404; }
                location / {
                  proxy_pass http://nodes;
                  proxy_http_version 1.1;
                  proxy_set_header Connection "";
                  proxy_set_header Host $http_host;
                  proxy_set_header X-Forwarded-For $remote_addr;
                  proxy_set_header X-Forwarded-Proto https;
                  proxy_buffer_size 16k;
                  proxy_buffers 8 16k;
                  proxy_set_header {{CertificateHeader}} {{certificate}};
                  add_header {{NodeHeader}} $upstream_addr always;
                }
              }
        """;
}
