using System.Net;
using System.Text.Json.Nodes;
using Moi.Identity.Sdk.Tests.Fake;
using Moi.Identity.Testing;

namespace Moi.Identity.Sdk.Tests;

/// <summary>The sample, run as it is, in front of the fake provider.</summary>
public sealed class HelloAgencyTests : IAsyncLifetime
{
    private readonly string _keys = Directory.CreateTempSubdirectory("moi-hello-").FullName;
    private readonly string _origin = $"http://hello.localhost:{FreePort.Next()}";
    private readonly Browser _browser = new();
    private FakeProvider _provider = null!;
    private Microsoft.AspNetCore.Builder.WebApplication _app = null!;

    public async ValueTask InitializeAsync()
    {
        _provider = await FakeProvider.StartAsync(TimeProvider.System);
        _provider.JwksUri = _origin + "/moi/jwks";
        _app = HelloAgency.Program.Build(
        [
            "--contentRoot", RepositoryRoot.File("samples", "HelloAgency"), "--PublicOrigin", _origin,
            "--MoiIdentity:Authority", _provider.Origin, "--MoiIdentity:Keys", _keys, "--Logging:LogLevel:Default", "Error",
        ]);
        await _app.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _provider.DisposeAsync();
        _browser.Dispose();
        Directory.Delete(_keys, recursive: true);
    }

    [Theory]
    [InlineData("zh-TW", "zh-Hant-TW", "不用密碼，也能辦事")]
    [InlineData("en", "en", "Get things done without a password")]
    public async Task The_home_page_is_public_and_bilingual(string language, string lang, string heading)
    {
        _browser.Headers["Accept-Language"] = language;

        var page = await TextAsync("/");

        page.ShouldContain($"<html lang=\"{lang}\">");
        page.ShouldContain(heading);
    }

    [Fact]
    public async Task The_language_switch_is_remembered()
    {
        await TextAsync("/?lang=en");

        (await TextAsync("/")).ShouldContain("<html lang=\"en\">");
    }

    [Fact]
    public async Task A_citizen_signs_in_and_sees_every_claim()
    {
        _browser.Headers["Accept-Language"] = "zh-TW";

        var page = await TextAsync("/me");

        page.ShouldContain("小明");
        page.ShouldContain("subject-1");
        page.ShouldContain("urn:moi:acr:1");
        page.ShouldContain("（民國");
        page.ShouldNotContain("Claim_");
        _provider.LastPushed["ui_locales"].ShouldBe("zh-TW");
    }

    [Fact]
    public async Task The_letter_wants_a_fresh_touch()
    {
        _provider.Persona = _provider.Persona with { Touched = TimeSpan.FromMinutes(20) };
        await TextAsync("/me");
        _provider.Persona = Persona.First;

        var page = await TextAsync("/letter");

        page.ShouldContain("class=\"letter\"");
        _provider.LastPushed["max_age"].ShouldBe("300");
        _provider.LastPushed["acr_values"].ShouldBe("urn:moi:acr:1");
    }

    [Fact]
    public async Task Signing_out_ends_the_session_here_and_at_the_provider()
    {
        await TextAsync("/me");

        using var response = await _browser.PostAsync(_origin + "/moi/logout");

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        _browser.Visited[^1].AbsolutePath.ShouldBe("/moi/signed-out");
        _provider.LastEndSession.ShouldContainKey("id_token_hint");
        (await TextAsync("/")).ShouldContain("/moi/login");
    }

    [Fact]
    public async Task Every_page_carries_the_security_headers()
    {
        foreach (var path in (string[])["/", "/me", "/nowhere", "/site.css"])
        {
            using var response = await _browser.GetAsync(_origin + path);
            var policy = response.Headers.GetValues("Content-Security-Policy").Single();
            policy.ShouldStartWith("default-src 'none'; style-src 'self'; img-src 'self'");
            policy.ShouldContain($"form-action 'self' {_provider.Origin}");
            (await response.Content.ReadAsStringAsync()).ShouldNotContain("<script");
            response.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        }
    }

    [Fact]
    public async Task A_missing_page_says_so_with_a_trace()
    {
        using var response = await _browser.GetAsync(_origin + "/nowhere?lang=en");

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await response.Content.ReadAsStringAsync()).ShouldContain("This page does not exist");
    }

    [Fact]
    public async Task The_registration_file_says_what_the_application_says_of_itself()
    {
        using var http = LocalhostHttp.Client(_origin);
        var served = JsonNode.Parse(await http.GetStringAsync("/moi/client.json"));
        var file = JsonNode.Parse((await File.ReadAllTextAsync(RepositoryRoot.File("samples", "HelloAgency", "client.json")))
            .Replace("http://hello.localhost:5090", _origin, StringComparison.Ordinal));

        JsonNode.DeepEquals(Sorted(served![0]!), Sorted(file![0]!)).ShouldBeTrue(served.ToJsonString() + "\n" + file.ToJsonString());
    }

    [Fact]
    public async Task It_is_ready_when_the_provider_is()
    {
        using var http = LocalhostHttp.Client(_origin);

        (await http.GetStringAsync("/health/ready")).ShouldBe("Healthy");
    }

    private async Task<string> TextAsync(string path)
    {
        using var response = await _browser.GetAsync(_origin + path);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await response.Content.ReadAsStringAsync();
    }

    private static JsonObject Sorted(JsonNode node) =>
        new(node.AsObject().OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, m.Value?.DeepClone())));
}
