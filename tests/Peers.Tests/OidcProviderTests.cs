using System.Text.Json.Nodes;
using Moi.Identity.Peers.Tests.Servers;
using Moi.Identity.Sdk.Tests.Fake;
using Moi.Identity.Testing;

namespace Moi.Identity.Peers.Tests;

/// <summary>The sample agency, and so the SDK, in front of the certified provider <c>oidc-provider</c>.</summary>
public sealed class OidcProviderTests : IAsyncLifetime
{
    private readonly string _keys = Directory.CreateTempSubdirectory("moi-hello-").FullName;
    private readonly string _issuer = $"http://op.localhost:{FreePort.Next()}";
    private readonly string _origin = $"http://hello.localhost:{FreePort.Next()}";
    private readonly Browser _browser = new();
    private NodeProgram _provider = null!;
    private Microsoft.AspNetCore.Builder.WebApplication _agency = null!;

    public async ValueTask InitializeAsync()
    {
        _provider = new NodeProgram("provider/main.mjs");
        await _provider.WriteAsync(new JsonObject
        {
            ["issuer"] = _issuer,
            ["client"] = await ClientAsync(),
            ["account"] = new JsonObject { ["id"] = "citizen-1", ["nickname"] = "小明", ["acr"] = "urn:moi:acr:1" },
        });
        await _provider.ReadAsync();
        _agency = HelloAgency.Program.Build(
        [
            "--contentRoot", RepositoryRoot.File("samples", "HelloAgency"), "--PublicOrigin", _origin,
            "--MoiIdentity:Authority", _issuer, "--MoiIdentity:Keys", _keys, "--Logging:LogLevel:Default", "Warning",
        ]);
        await _agency.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _agency.DisposeAsync();
        await _provider.DisposeAsync();
        _browser.Dispose();
        Directory.Delete(_keys, recursive: true);
    }

    [Fact]
    public async Task A_citizen_signs_in_and_the_agency_reads_the_claims()
    {
        var page = await TextAsync(_origin + "/me");

        page.ShouldContain("citizen-1");
        page.ShouldContain("小明");
        page.ShouldContain("urn:moi:acr:1");
        ((int)(await SeenAsync())["pushed"]!).ShouldBe(1);
    }

    [Fact]
    public async Task The_letter_wants_a_fresh_touch_and_gets_it()
    {
        (await TextAsync(_origin + "/letter")).ShouldContain("class=\"letter\"");
    }

    [Fact]
    public async Task Signing_out_at_the_agency_signs_out_at_the_provider_too()
    {
        await TextAsync(_origin + "/me");

        using var asked = await _browser.PostAsync(_origin + "/moi/logout");
        var form = Html.Forms(await asked.Content.ReadAsStringAsync())[0];
        using var done = await _browser.PostAsync(form.Action, [.. form.Fields.Select(field => (field.Key, field.Value)), ("logout", "yes")]);

        _browser.Visited[^1].GetLeftPart(UriPartial.Path).ShouldBe(_origin + "/moi/signed-out");
        (await TextAsync(_origin + "/")).ShouldContain("/moi/login");
    }

    [Fact]
    public async Task Signing_out_at_the_provider_ends_the_session_at_the_agency_by_the_back_channel()
    {
        await TextAsync(_origin + "/me");
        (await TextAsync(_origin + "/")).ShouldNotContain("/moi/login");

        var form = Html.Forms(await TextAsync(_issuer + "/session/end"))[0];
        using var done = await _browser.PostAsync(form.Action, [.. form.Fields.Select(field => (field.Key, field.Value)), ("logout", "yes")]);

        await Eventually.TrueAsync(async () => (await SeenAsync())["notices"]!.AsArray().Count > 0, "the provider tells the agency");
        (await SeenAsync())["notices"]!.ToJsonString().ShouldBe("""["hello-agency"]""");
        (await TextAsync(_origin + "/")).ShouldContain("/moi/login");
    }

    /// <summary>What the sample asks to be registered, and the algorithm that the SDK wants and this provider does not presume.</summary>
    private async Task<JsonNode> ClientAsync()
    {
        var file = await File.ReadAllTextAsync(RepositoryRoot.File("samples", "HelloAgency", "client.json"));
        var client = JsonNode.Parse(file.Replace("http://hello.localhost:5090", _origin, StringComparison.Ordinal))![0]!.DeepClone();
        client["id_token_signed_response_alg"] = "ES256";
        return client;
    }

    private async Task<JsonObject> SeenAsync()
    {
        await _provider.WriteAsync([]);
        return await _provider.ReadAsync();
    }

    private async Task<string> TextAsync(string address)
    {
        using var answer = await _browser.GetAsync(address);
        var text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue(text);
        return text;
    }
}
