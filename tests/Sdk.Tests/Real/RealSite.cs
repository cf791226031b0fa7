using System.Security.Claims;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Moi.Identity.Sdk.Tests.Fake;
using Moi.Identity.Testing;

namespace Moi.Identity.Sdk.Tests.Real;

/// <summary>
/// Our own provider and three applications that are built on the package, all on real ports and with one clock: an agency,
/// the API that it calls, and a further API that the first one calls for the citizen. They are registered by what they
/// say of themselves.
/// </summary>
public sealed class RealSite : IAsyncLifetime
{
    private const string TaxesAudience = "https://taxes.example/api";
    private const string LettersAudience = "https://letters.example/api";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("moi-real-");
    private readonly IdpProcess _place = new();
    private readonly string _letters = Origin("letters");
    private readonly List<IAsyncDisposable> _running = [];

    /// <summary>The clock of all of them.</summary>
    internal FakeTimeProvider Time { get; } = new(TimeProvider.System.GetUtcNow());

    /// <summary>What all of them log.</summary>
    internal RecordedLog Log { get; } = new();

    internal string Provider => _place.Origin;

    internal string Agency { get; } = Origin("agency");

    internal string Taxes { get; } = Origin("taxes");

    public async ValueTask InitializeAsync()
    {
        await StartAsync("agency", Agency, BuildAgency, new()
        {
            ["MoiIdentity:Scopes:0"] = "profile",
            ["MoiIdentity:Scopes:1"] = "offline_access",
            ["MoiIdentity:Scopes:2"] = "taxes.read",
            ["MoiIdentity:SignedRequests"] = "true",
        });
        await StartAsync("taxes", Taxes, BuildTaxes, new() { ["MoiIdentityApi:Audience"] = TaxesAudience, ["MoiIdentityApi:Binding"] = "Dpop" });
        await StartAsync("letters", _letters, BuildLetters, new() { ["MoiIdentityApi:Audience"] = LettersAudience, ["MoiIdentityApi:DpopNonce"] = "true" });
        await RegisterAsync();
        var provider = new RealProvider(_place, Time, Log);
        _running.Add(provider);
        provider.StartServer();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var running in _running)
        {
            await running.DisposeAsync();
        }

        await _place.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private Action<WebApplication> BuildAgency(WebApplicationBuilder builder)
    {
        builder.AddMoiIdentity();
        RealApplication.Client(builder, "citizens", Taxes).AddMoiUserToken("taxes.read", TaxesAudience);
        RealApplication.Client(builder, "more", Taxes).AddMoiUserToken("taxes.read taxes.write", TaxesAudience);
        RealApplication.Client(builder, "own", Taxes).AddMoiClientToken("taxes.read", TaxesAudience);
        RealApplication.Client(builder, "letters", _letters).AddMoiOnBehalfOf("letters.read", LettersAudience);
        return app =>
        {
            app.UseMoiIdentity();
            app.MapMoiIdentity();
            app.MapGet("/me", (CitizenContext citizen) => citizen.Subject).RequireCitizen();
            app.MapGet("/taxes/{**path}", (string path, IHttpClientFactory clients) => RealApplication.CallAsync(clients, "citizens", path))
                .RequireCitizen();
            app.MapGet("/more", (IHttpClientFactory clients) => RealApplication.CallAsync(clients, "more", "who")).RequireCitizen();
            app.MapGet("/pay", (IHttpClientFactory clients) => RealApplication.CallAsync(clients, "citizens", "pay"))
                .RequireAssurance(AssuranceLevel.One, maxAgeMinutes: 5);
            app.MapGet("/own", (IHttpClientFactory clients) => RealApplication.CallAsync(clients, "own", "who"));
            app.MapGet("/letters", (IHttpClientFactory clients) => RealApplication.CallAsync(clients, "letters", "who")).RequireCitizen();
        };
    }

    private Action<WebApplication> BuildTaxes(WebApplicationBuilder builder)
    {
        builder.AddMoiIdentityApi();
        builder.AddMoiIdentityClient();
        RealApplication.Client(builder, "further", _letters).AddMoiOnBehalfOf("letters.read", LettersAudience);
        return app =>
        {
            app.MapMoiIdentityClient();
            app.MapGet("/who", Who).RequireScope("taxes.read");
            app.MapGet("/pay", [RequireScope("taxes.read")][RequireAssurance(AssuranceLevel.One, MaxAgeMinutes = 5)] () => "paid");
            app.MapGet("/letters", (IHttpClientFactory clients) => RealApplication.CallAsync(clients, "further", "who")).RequireScope("taxes.read");
        };
    }

    private static Action<WebApplication> BuildLetters(WebApplicationBuilder builder)
    {
        builder.AddMoiIdentityApi();
        builder.AddMoiIdentityClient();
        return app =>
        {
            app.MapMoiIdentityClient();
            app.MapGet("/who", Who).RequireScope("letters.read");
        };
    }

    /// <summary>Who calls, through which client, for what, in whose place, and how it was presented.</summary>
    private static string Who(ClaimsPrincipal caller, HttpRequest request)
        => $"{caller.FindFirstValue("sub")} {caller.FindFirstValue("client_id")} {caller.FindFirstValue("scope")} "
            + $"{caller.FindFirstValue("act")} {request.Headers.Authorization.ToString().Split(' ')[0]}";

    private async Task StartAsync(
        string name, string origin, Func<WebApplicationBuilder, Action<WebApplication>> build, Dictionary<string, string?> settings)
        => _running.Insert(0, await RealApplication.StartAsync(
            origin, Path.Combine(_folder.FullName, name), Time, Log,
            new Dictionary<string, string?>(settings)
            {
                ["MoiIdentity:Authority"] = Provider,
                ["MoiIdentity:ClientId"] = name,
                ["MoiIdentity:PublicOrigin"] = origin,
                ["MoiIdentity:Agency"] = name + "-office",
                ["MoiIdentity:Dpop"] = "true",
            },
            build));

    /// <summary>As docs/sdk.md says; an API adds what it offers.</summary>
    private async Task RegisterAsync()
    {
        var agency = await DescriptionAsync(Agency);
        var taxes = await DescriptionAsync(Taxes);
        taxes["moi_resource"] = new JsonObject { ["identifier"] = TaxesAudience, ["scopes"] = Scope("taxes.read") };
        var letters = await DescriptionAsync(_letters);
        letters["moi_resource"] = new JsonObject
        {
            ["identifier"] = LettersAudience,
            ["scopes"] = Scope("letters.read"),
            ["token_exchange_clients"] = new JsonArray("taxes", "agency"),
        };
        var file = Path.Combine(_folder.FullName, "clients.json");
        await File.WriteAllTextAsync(file, new JsonArray(agency, taxes, letters).ToJsonString());
        var (exitCode, output) = await _place.RunAsync("clients", "apply", file);
        exitCode.ShouldBe(0, output);
    }

    private static JsonObject Scope(string name) => new() { [name] = new JsonObject { ["zh-TW"] = "讀取資料", ["en"] = "Read your data" } };

    private static async Task<JsonNode> DescriptionAsync(string origin)
    {
        using var http = LocalhostHttp.Client(origin);
        return JsonNode.Parse(await http.GetStringAsync("/moi/client.json"))![0]!.DeepClone();
    }

    private static string Origin(string name) => $"http://{name}.localhost:{FreePort.Next()}";
}
