using System.Net;
using System.Text.Json.Nodes;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>What an agency learns about tokens and with them, and how it gives them back.</summary>
public abstract class ResourceTests(OidcServer server)
{
    private static void Offline(Dictionary<string, string> request) => request["scope"] = "openid profile offline_access";

    [Fact]
    public async Task An_agency_may_ask_about_its_own_tokens_and_end_them()
    {
        var (agency, browser) = await EnterAsync();
        using var open = browser;
        var other = await server.NewAgencyAsync();
        var tokens = await agency.GetTokensAsync(browser, Offline);
        var access = (string)tokens["access_token"]!;

        var known = await IntrospectAsync(agency, access);
        ((bool)known["active"]!).ShouldBeTrue();
        ((string?)known["sub"]).ShouldBe((string?)Jwt.Claims(access)["sub"]);
        ((string?)known["scope"]).ShouldBe("openid profile offline_access");
        known.Select(c => c.Key).ShouldNotContain(name => name.StartsWith("oi_", StringComparison.Ordinal));
        ((bool)(await IntrospectAsync(agency, (string)tokens["refresh_token"]!))["active"]!).ShouldBeTrue();
        (await IntrospectAsync(other, access)).ToJsonString().ShouldBe("""{"active":false}""");
        (await IntrospectAsync(agency, "made-up")).ToJsonString().ShouldBe("""{"active":false}""");

        (await agency.PostAsync("/connect/revoke", new() { ["token"] = (string)tokens["refresh_token"]! })).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await agency.PostAsync("/connect/revoke", new() { ["token"] = "made-up" })).StatusCode.ShouldBe(HttpStatusCode.OK);
        ((bool)(await IntrospectAsync(agency, access))["active"]!).ShouldBeFalse();
        var refused = await (await agency.RefreshAsync((string)tokens["refresh_token"]!)).JsonAsync(HttpStatusCode.BadRequest);
        ((string?)refused["error"]).ShouldBe("invalid_grant");
    }

    [Fact(DisplayName = "RFC 7662 §2.1, RFC 6749 §2.3.1: tokens and secrets are posted, and never stand in an address")]
    public async Task Posted()
    {
        var agency = await server.NewAgencyAsync(a => a.UseSecret("client_secret_post"));
        using var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        var tokens = await agency.GetTokensAsync(browser);
        var form = new Dictionary<string, string> { ["token"] = (string)tokens["access_token"]!, ["client_id"] = agency.ClientId, ["client_secret"] = agency.Secret! };
        using var http = server.NewBackChannel();

        var address = Microsoft.AspNetCore.WebUtilities.QueryHelpers.AddQueryString("/connect/introspect", form!);
        await Refused.WithAsync(http.GetAsync(address), "MOI-REQ-014", "invalid_request");

        ((bool)(await (await agency.PostRawAsync("/connect/introspect", form)).JsonAsync())["active"]!).ShouldBeTrue();
    }

    [Fact]
    public async Task An_agency_cannot_end_another_agencys_tokens()
    {
        var (agency, browser) = await EnterAsync();
        using var open = browser;
        var other = await server.NewAgencyAsync();
        var tokens = await agency.GetTokensAsync(browser, Offline);

        await other.PostAsync("/connect/revoke", new() { ["token"] = (string)tokens["refresh_token"]! });

        (await agency.RefreshAsync((string)tokens["refresh_token"]!)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_public_client_may_not_ask_about_tokens()
    {
        var agency = await server.NewAgencyAsync(a => a.BePublic());
        ((int)(await agency.PostAsync("/connect/introspect", new() { ["token"] = "x" })).StatusCode).ShouldBeInRange(400, 401);
    }

    [Fact]
    public async Task Userinfo_releases_what_was_granted_and_no_more()
    {
        var (agency, browser) = await EnterAsync();
        using var open = browser;
        var tokens = await agency.GetTokensAsync(browser, r => r["scope"] = "openid");

        var claims = await (await agency.UserInfoAsync((string)tokens["access_token"]!)).JsonAsync();

        claims.Select(c => c.Key).ShouldBe(["sub"]);
    }

    private static async Task<JsonObject> IntrospectAsync(TestAgency agency, string token)
        => await (await agency.PostAsync("/connect/introspect", new() { ["token"] = token })).JsonAsync();

    private async Task<(TestAgency Agency, TestBrowser Browser)> EnterAsync()
    {
        var agency = await server.NewAgencyAsync();
        var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        await agency.EnterAsync(browser, Offline);
        return (agency, browser);
    }
}

[Collection<OnSqlite>]
public sealed class SqliteResourceTests(SqliteOidcServer server) : ResourceTests(server);

[Collection<OnPostgres>]
public sealed class PostgresResourceTests(PostgresOidcServer server) : ResourceTests(server);
