using System.Buffers.Text;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>A server process with TLS of its own: certificates are asked for at the second name, and only there.</summary>
public sealed class MutualTlsListenerTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("moi-tls-");
    private readonly int _port = FreePort.Next();
    private readonly int _certificates = FreePort.Next();
    private string? _server;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_certificate_is_asked_for_at_the_second_name_alone()
    {
        var certificate = SoftCertificate.Root(SoftCertificateShape.Leaf("permits"));
        await using var idp = new IdpProcess(Settings());
        await RegisterAsync(idp, (ECDsa)certificate.Key);
        await idp.LaunchAsync();
        using var shown = Pair(certificate);
        using var withCertificate = Client(shown);
        using var without = Client(null);
        await Eventually.TrueAsync(async () => await IsReadyAsync(without), "the server is ready");

        // The key that signs the handshake is the proof: a certificate that is only copied opens no connection.
        var programs = $"https://mtls.idp.localhost:{_certificates}";
        (await PushAsync(withCertificate, programs)).ShouldBe(HttpStatusCode.Created);
        (await PushAsync(without, programs)).ShouldBe(HttpStatusCode.Unauthorized);
        (await PushAsync(withCertificate, $"https://idp.localhost:{_port}")).ShouldBe(HttpStatusCode.Unauthorized);

        // The header field of the same name says nothing here.
        without.DefaultRequestHeaders.Add("Client-Cert", $":{Convert.ToBase64String(certificate.Der)}:");
        (await PushAsync(without, programs)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    private static X509Certificate2 Pair(SoftCertificate certificate)
    {
        using var bare = X509CertificateLoader.LoadCertificate(certificate.Der);
        return bare.CopyWithPrivateKey((ECDsa)certificate.Key);
    }

    private HttpClient Client(X509Certificate2? certificate)
    {
        var handler = LocalhostHttp.Handler();
        handler.SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString(HashAlgorithmName.SHA256) == _server,
            ClientCertificates = certificate is null ? null : [certificate],
            LocalCertificateSelectionCallback = certificate is null ? null : (_, _, _, _, _) => certificate,
        };
        return new HttpClient(handler, disposeHandler: true) { Timeout = TimeSpan.FromSeconds(30) };
    }

    private async Task<bool> IsReadyAsync(HttpClient http)
    {
        try
        {
            return (await http.GetAsync(new Uri($"https://idp.localhost:{_port}/health/ready"))).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task<HttpStatusCode> PushAsync(HttpClient http, string origin)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["client_id"] = "permits",
            ["response_type"] = "code",
            ["redirect_uri"] = "https://permits.localhost/callback",
            ["scope"] = "openid",
            ["code_challenge"] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvw",
            ["code_challenge_method"] = "S256",
        });
        return (await http.PostAsync(new Uri(origin + "/connect/par"), form)).StatusCode;
    }

    private KeyValuePair<string, string?>[] Settings()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=idp.localhost", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var server = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        _server = server.GetCertHashString(HashAlgorithmName.SHA256);
        var file = Path.Combine(_folder.FullName, "server.pfx");
        File.WriteAllBytes(file, server.Export(X509ContentType.Pkcs12));
        return
        [
            new("Idp__PublicOrigin", $"https://idp.localhost:{_port}"),
            new("Idp__MutualTls__Enabled", "true"),
            new("Idp__MutualTls__Host", $"mtls.idp.localhost:{_certificates}"),
            new("Kestrel__Certificates__Default__Path", file),
            new("Kestrel__Endpoints__Browsers__Url", $"https://127.0.0.1:{_port}"),
            new("Kestrel__Endpoints__Programs__Url", $"https://127.0.0.1:{_certificates}"),
            new("Kestrel__Endpoints__Programs__ClientCertificateMode", "AllowCertificate"),
        ];
    }

    private async Task RegisterAsync(IdpProcess idp, ECDsa key)
    {
        var q = key.ExportParameters(false).Q;
        var file = Path.Combine(_folder.FullName, "clients.json");
        var client = new JsonObject
        {
            ["client_id"] = "permits",
            ["client_name"] = "Permits",
            ["moi_agency"] = "office",
            ["redirect_uris"] = new JsonArray("https://permits.localhost/callback"),
            ["token_endpoint_auth_method"] = "self_signed_tls_client_auth",
            ["jwks"] = new JsonObject
            {
                ["keys"] = new JsonArray(new JsonObject
                {
                    ["kty"] = "EC",
                    ["crv"] = "P-256",
                    ["x"] = Base64Url.EncodeToString(q.X),
                    ["y"] = Base64Url.EncodeToString(q.Y),
                }),
            },
        };
        await File.WriteAllTextAsync(file, new JsonArray(client).ToJsonString());
        var (code, output) = await idp.RunAsync("clients", "apply", file);
        code.ShouldBe(0, output);
    }
}
