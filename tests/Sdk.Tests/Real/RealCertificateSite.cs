using System.Runtime.Versioning;
using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Sdk.Tests.Fake;
using Moi.Identity.Testing;

namespace Moi.Identity.Sdk.Tests.Real;

/// <summary>
/// Our own provider as a process with TLS, an agency that authenticates by a certificate of its own, and two APIs with TLS that take
/// tokens bound to a certificate. All are built on the package and registered by what they say of themselves.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class RealCertificateSite : IAsyncLifetime
{
    private const string TaxesAudience = "https://taxes.example/api";
    private const string LettersAudience = "https://letters.example/api";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("moi-certified-");
    private readonly X509Certificate2 _server = FakeProvider.NewCertificate("idp.localhost");
    private readonly X509Certificate2 _client = FakeProvider.NewCertificate("agency");
    private readonly string _letters = $"https://letters.localhost:{FreePort.Next()}";
    private readonly List<IAsyncDisposable> _running = [];
    private readonly IdpProcess _idp;

    public RealCertificateSite()
    {
        var file = Path.Combine(_folder.FullName, "server.pfx");
        File.WriteAllBytes(file, _server.Export(X509ContentType.Pkcs12));
        var (browsers, programs) = (FreePort.Next(), FreePort.Next());
        _idp = new IdpProcess(
        [
            new("Idp__PublicOrigin", $"https://idp.localhost:{browsers}"),
            new("Idp__MutualTls__Enabled", "true"),
            new("Idp__MutualTls__Host", $"mtls.idp.localhost:{programs}"),
            new("Kestrel__Certificates__Default__Path", file),
            new("Kestrel__Endpoints__Browsers__Url", $"https://127.0.0.1:{browsers}"),
            new("Kestrel__Endpoints__Programs__Url", $"https://127.0.0.1:{programs}"),
            new("Kestrel__Endpoints__Programs__ClientCertificateMode", "AllowCertificate"),
        ]);
    }

    /// <summary>What the agency and the APIs log.</summary>
    internal RecordedLog Log { get; } = new();

    internal string Agency { get; } = $"http://agency.localhost:{FreePort.Next()}";

    internal string Taxes { get; } = $"https://taxes.localhost:{FreePort.Next()}";

    /// <summary>What the agency says of itself.</summary>
    internal JsonNode Description { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await StartAsync("agency", Agency, BuildAgency, new()
        {
            ["MoiIdentity:Scopes:0"] = "profile",
            ["MoiIdentity:Scopes:1"] = "offline_access",
            ["MoiIdentity:Scopes:2"] = "taxes.read",
            ["MoiIdentity:Profile"] = "fapi2",
            ["MoiIdentity:ClientAuthentication"] = "SelfSignedTlsClientAuth",
            ["MoiIdentity:ClientCertificate"] = WritePem(),
        });
        await StartAsync("taxes", Taxes, builder => BuildApi(builder, Taxes, "taxes.read"), Api(TaxesAudience));
        await StartAsync("letters", _letters, builder => BuildApi(builder, _letters, "letters.read"), Api(LettersAudience));
        await RegisterAsync();
        await _idp.LaunchAsync();
        using var http = Client();
        await Eventually.TrueAsync(() => IsReadyAsync(http), "the provider is ready");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var running in _running)
        {
            await running.DisposeAsync();
        }

        await _idp.DisposeAsync();
        _server.Dispose();
        _client.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>A citizen with an account.</summary>
    internal Task<RealVisitor> SignUpAsync() => RealVisitor.SignUpAsync(_idp.Origin, Trusting());

    /// <summary>Calls the taxes API with an access token and a certificate, or none.</summary>
    internal async Task<HttpResponseMessage> CallAsync(string token, X509Certificate2? certificate)
    {
        using var handler = Trusting();
        handler.SslOptions.LocalCertificateSelectionCallback = certificate is null ? null : (_, _, _, _, _) => certificate;
        handler.SslOptions.ClientCertificates = certificate is null ? null : [certificate];
        using var http = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, Taxes + "/who");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        return await http.SendAsync(request);
    }

    private static Dictionary<string, string?> Api(string audience)
        => new() { ["MoiIdentityApi:Audience"] = audience, ["MoiIdentityApi:Binding"] = "MutualTls" };

    private Action<WebApplication> BuildAgency(WebApplicationBuilder builder)
    {
        builder.AddMoiIdentity(options => options.ConfigureBackChannel = Trust);
        Client(builder, "citizens", Taxes).AddMoiUserToken("taxes.read", TaxesAudience);
        Client(builder, "own", Taxes).AddMoiClientToken("taxes.read", TaxesAudience);
        Client(builder, "letters", _letters).AddMoiOnBehalfOf("letters.read", LettersAudience);
        return app =>
        {
            app.UseMoiIdentity();
            app.MapMoiIdentity();
            app.MapGet("/me", (CitizenContext citizen) => citizen.Subject).RequireCitizen();
            foreach (var name in (string[])["citizens", "own", "letters"])
            {
                app.MapGet("/" + name, (IHttpClientFactory clients) => RealApplication.CallAsync(clients, name, "who")).RequireCitizen();
            }

            app.MapGet("/token", (IHttpClientFactory clients) => RealApplication.CallAsync(clients, "citizens", "token")).RequireCitizen();
        };
    }

    private Action<WebApplication> BuildApi(WebApplicationBuilder builder, string origin, string scope)
    {
        builder.AddMoiIdentityApi(options => options.ConfigureBackChannel = Trust);
        builder.AddMoiIdentityClient(options => options.ConfigureBackChannel = Trust);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(new Uri(origin).Port, listen => listen.UseHttps(_server, https =>
        {
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.ClientCertificateValidation = (_, _, _) => true;
        })));
        return app =>
        {
            app.MapMoiIdentityClient();
            app.MapGet("/who", Who).RequireScope(scope);
            app.MapGet("/token", (HttpRequest request) => request.Headers.Authorization.ToString()).RequireScope(scope);
        };
    }

    private static string Who(ClaimsPrincipal caller, HttpRequest request)
        => $"{caller.FindFirstValue("sub")} {caller.FindFirstValue("client_id")} {caller.FindFirstValue("act")} "
            + request.Headers.Authorization.ToString().Split(' ')[0];

    private IHttpClientBuilder Client(WebApplicationBuilder builder, string name, string origin)
        => builder.Services.AddHttpClient(name, http => http.BaseAddress = new Uri(origin)).ConfigurePrimaryHttpMessageHandler(Trusting);

    private async Task StartAsync(
        string name, string origin, Func<WebApplicationBuilder, Action<WebApplication>> build, Dictionary<string, string?> settings)
        => _running.Insert(0, await RealApplication.StartAsync(
            origin, Path.Combine(_folder.FullName, name), TimeProvider.System, Log,
            new Dictionary<string, string?>(settings)
            {
                ["MoiIdentity:Authority"] = _idp.Origin,
                ["MoiIdentity:ClientId"] = name,
                ["MoiIdentity:PublicOrigin"] = origin,
                ["MoiIdentity:Agency"] = name + "-office",
            },
            build));

    /// <summary>As docs/sdk.md says; an API adds what it offers.</summary>
    private async Task RegisterAsync()
    {
        Description = await DescriptionAsync(Agency);
        var agency = Description.DeepClone();
        agency["jwks"] = await ReadAsync(Agency + "/moi/jwks");
        agency.AsObject().Remove("jwks_uri");
        var taxes = await ApiDescriptionAsync("taxes", Taxes, TaxesAudience, "taxes.read");
        var letters = await ApiDescriptionAsync("letters", _letters, LettersAudience, "letters.read");
        letters["moi_resource"]!["token_exchange_clients"] = new JsonArray("agency");
        var file = Path.Combine(_folder.FullName, "clients.json");
        await File.WriteAllTextAsync(file, new JsonArray(agency, taxes, letters).ToJsonString());
        var (exitCode, output) = await _idp.RunAsync("clients", "apply", file);
        exitCode.ShouldBe(0, output);
    }

    private async Task<JsonNode> ApiDescriptionAsync(string name, string origin, string audience, string scope)
    {
        var api = await DescriptionAsync(origin);
        api["client_id"]!.ToString().ShouldBe(name);
        api["moi_resource"] = new JsonObject
        {
            ["identifier"] = audience,
            ["scopes"] = new JsonObject { [scope] = new JsonObject { ["zh-TW"] = "讀取資料", ["en"] = "Read your data" } },
        };
        return api;
    }

    private async Task<JsonNode> DescriptionAsync(string origin) => (await ReadAsync(origin + "/moi/client.json"))[0]!.DeepClone();

    private async Task<JsonNode> ReadAsync(string address)
    {
        using var http = Client();
        return JsonNode.Parse(await http.GetStringAsync(new Uri(address)))!;
    }

    private async Task<bool> IsReadyAsync(HttpClient http)
    {
        try
        {
            return (await http.GetAsync(new Uri(_idp.Origin + "/health/ready"))).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private HttpClient Client() => new(Trusting(), disposeHandler: true) { Timeout = TimeSpan.FromSeconds(30) };

    private SocketsHttpHandler Trusting()
    {
        var handler = LocalhostHttp.Handler(keepsCookies: false);
        Trust(handler);
        return handler;
    }

    private void Trust(SocketsHttpHandler handler)
        => handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == _server.GetCertHashString();

    private string WritePem()
    {
        using var key = _client.GetECDsaPrivateKey()!;
        var file = Path.Combine(_folder.FullName, "client.pem");
        File.WriteAllText(file, _client.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }
}
