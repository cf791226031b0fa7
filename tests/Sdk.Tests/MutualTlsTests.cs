using System.Net;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Sdk.Tests.Fake;
using Moi.Identity.Testing;

namespace Moi.Identity.Sdk.Tests;

/// <summary>RFC 8705 §2: an agency that authenticates with a certificate.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class MutualTlsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("moi-mtls-").FullName;
    private readonly X509Certificate2 _certificate = FakeProvider.NewCertificate("agency");

    public void Dispose()
    {
        _certificate.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("TlsClientAuth", "tls_client_auth", "false")]
    [InlineData("SelfSignedTlsClientAuth", "self_signed_tls_client_auth", "false")]
    [InlineData("SelfSignedTlsClientAuth", "self_signed_tls_client_auth", "true")]
    public async Task The_certificate_stands_in_for_the_assertion(string method, string registered, string dpop)
    {
        await using var agency = await StartAsync(method, Pem(), dpop);
        agency.Provider.Nonce = "n-1";

        using var response = await agency.SignInAsync();

        response.StatusCode.ShouldBe(HttpStatusCode.OK, agency.Log.Complaints);
        agency.Provider.Assertions.ShouldBeEmpty();
        agency.Provider.WithCertificate.Distinct().ShouldBe(["/par", "/token"]);
        using var http = LocalhostHttp.Client(agency.Origin);
        var client = JsonNode.Parse(await http.GetStringAsync("/moi/client.json"))![0]!;
        client["token_endpoint_auth_method"]!.ToString().ShouldBe(registered);
        (client["tls_client_auth_subject_dn"]?.ToString()).ShouldBe(method == "TlsClientAuth" ? "CN=agency" : null);
        var keys = JsonNode.Parse(await http.GetStringAsync("/moi/jwks"))!["keys"]!.AsArray();
        string?[] published = method == "TlsClientAuth" ? [null] : [null, Convert.ToBase64String(_certificate.RawData)];
        keys.Select(key => key!["x5c"]?[0]?.ToString()).ToArray().ShouldBe(published);
        keys.ToJsonString().ShouldNotContain("null");
    }

    [Fact]
    public async Task Another_certificate_is_refused_by_the_provider()
    {
        await using var agency = await StartAsync("TlsClientAuth", Pem());
        agency.Provider.ClientCertificateHash = new byte[32];

        using var response = await agency.SignInAsync();

        response.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
    }

    [Fact(DisplayName = "§5: an alias without TLS is none")]
    public async Task An_alias_over_plain_http_is_not_followed()
    {
        await using var agency = await StartAsync("TlsClientAuth", Pem());
        var visited = agency.Provider.Origin + "/elsewhere";
        agency.Provider.BendDiscovery = document => document["mtls_endpoint_aliases"]!["pushed_authorization_request_endpoint"] = visited;

        using var response = await agency.SignInAsync();

        response.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        agency.Provider.LastPushed.ShouldContainKey("code_challenge", "the endpoint for everybody was asked, and refused");
    }

    [Theory(DisplayName = "RFC 4514: the name that is registered")]
    [InlineData("C=TW, O=MOI, CN=agency", "CN=agency,O=MOI,C=TW")]
    [InlineData("O=\"a, b + c\", CN=\"#1 \"", "CN=\\#1\\ ,O=a\\, b \\+ c")]
    [InlineData("SERIALNUMBER=1, CN=agency", null)]
    public void A_subject(string subject, string? expected)
        => Identity.Keys.SubjectName.Of(new X500DistinguishedName(subject, X500DistinguishedNameFlags.None)).ShouldBe(expected);

    [Theory]
    [InlineData("open", "MOI024")]
    [InlineData("no key", "MOI025")]
    [InlineData("missing", "MOI025")]
    [InlineData("nonsense", "MOI025")]
    public async Task A_file_that_cannot_be_used_stops_the_start(string fault, string code)
    {
        var file = fault switch
        {
            "no key" => Pem(_certificate.ExportCertificatePem()),
            "missing" => Path.Combine(_folder, "missing.pem"),
            "nonsense" => Pem("nonsense"),
            _ => Pem(),
        };
        if (fault == "open")
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        }

        (await Should.ThrowAsync<InvalidOperationException>(() => StartAsync("TlsClientAuth", file))).Message.ShouldStartWith(code);
    }

    private string Pem(string? content = null)
    {
        using var key = _certificate.GetECDsaPrivateKey()!;
        var file = Path.Combine(_folder, "client.pem");
        File.WriteAllText(file, content ?? _certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }

    private Task<Agency> StartAsync(string method, string file, string dpop = "false") => Agency.StartAsync(
        agency =>
        {
            agency.Provider.ClientCertificateHash = _certificate.GetCertHash(HashAlgorithmName.SHA256);
            agency.Configure = builder => builder.Services.Configure<MoiIdentityOptions>(options =>
                options.ConfigureBackChannel = handler => handler.SslOptions.RemoteCertificateValidationCallback =
                    (_, server, _, _) => server?.GetCertHashString() == FakeProvider.ServerHash);
            return Task.CompletedTask;
        },
        ("ClientAuthentication", method), ("ClientCertificate", file), ("Dpop", dpop));
}
