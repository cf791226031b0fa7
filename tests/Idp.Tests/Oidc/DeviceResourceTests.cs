using System.Net;
using System.Text.Json.Nodes;
using static Moi.Identity.Idp.Tests.Oidc.ResourceAgencies;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>RFC 8707 with RFC 8628: whom a device's access token is for.</summary>
public abstract class DeviceResourceTests(OidcServer server) : DeviceSteps(server)
{
    private const string UserInfo = OidcServer.Issuer + "connect/userinfo";

    [Fact(DisplayName = "RFC 8707 §2: a device that names a resource gets tokens for it alone, userinfo excluded")]
    public async Task Named()
    {
        var (resource, agency) = await ResourceAndAgencyAsync();
        var device = await ApprovedAsync(agency, $"{Scope} {resource.Scope()}", resource.Resource());

        var tokens = await (await PollAsync(agency, device)).JsonAsync();

        Of(tokens).ShouldBe((resource.Resource(), resource.Scope()));
        ((string?)tokens["scope"]).ShouldBe(resource.Scope());
        tokens.ContainsKey("id_token").ShouldBeTrue();
        (await agency.UserInfoAsync((string)tokens["access_token"]!)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        await IsRefusedAsync(agency.RefreshAsync((string)tokens["refresh_token"]!, f => f["resource"] = UserInfo), "invalid_target");
        Of(await (await agency.RefreshAsync((string)tokens["refresh_token"]!)).JsonAsync()).ShouldBe((resource.Resource(), resource.Scope()));
    }

    [Fact(DisplayName = "RFC 8707 §2.2: at the token request a device names some of what was granted, and another part at a refresh")]
    public async Task Narrower()
    {
        var (resource, agency) = await ResourceAndAgencyAsync();
        var device = await ApprovedAsync(agency, $"{Scope} {resource.Scope()}");

        var first = await (await PollAsync(agency, device, ("resource", resource.Resource()))).JsonAsync();
        var second = await (await agency.RefreshAsync((string)first["refresh_token"]!, f => f["resource"] = UserInfo)).JsonAsync();

        Of(first).ShouldBe((resource.Resource(), resource.Scope()));
        (await agency.UserInfoAsync((string)first["access_token"]!)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        Of(second).ShouldBe((UserInfo, Scope));
        (await agency.UserInfoAsync((string)second["access_token"]!)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_client_that_may_no_longer_ask_for_a_scope_gets_no_token_with_it()
    {
        var (resource, agency) = await ResourceAndAgencyAsync();
        var device = await ApprovedAsync(agency, $"{Scope} {resource.Scope()}");
        agency.Metadata["scope"] = Scope;
        await agency.RegisterAsync();

        Of(await (await PollAsync(agency, device)).JsonAsync()).ShouldBe((UserInfo, Scope));
    }

    [Fact(DisplayName = "RFC 8707 §2: what a resource does not have, or this client may not ask for, is invalid_target")]
    public async Task Invalid_target()
    {
        var (resource, agency) = await ResourceAndAgencyAsync();
        var foreign = await Server.NewResourceAsync();
        var scope = "openid " + resource.Scope();

        await IsRefusedAsync(AskAsync(agency, scope, "https://api.example/unknown"), "invalid_target");
        await IsRefusedAsync(AskAsync(agency, scope, resource.Resource() + "/"), "invalid_target");
        await IsRefusedAsync(AskAsync(agency, scope, foreign.Resource()), "invalid_target");
        await IsRefusedAsync(AskAsync(agency, scope, UserInfo), "invalid_target");
        await IsRefusedAsync(AskAsync(agency, "openid", resource.Resource()), "invalid_target");
        (await AskAsync(agency, scope, resource.Resource())).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory(DisplayName = "RFC 8707 §2.2, RFC 9396 §6: what was not granted cannot be named at the token request")]
    [InlineData("resource", UserInfo, "invalid_target")]
    [InlineData("resource", "https://api.example/unknown", "invalid_target")]
    [InlineData("audience", "https://api.example/unknown", "invalid_request")]
    [InlineData("authorization_details", """[{"type": "payment"}]""", "invalid_authorization_details")]
    public async Task Not_granted(string name, string value, string error)
    {
        var (resource, agency) = await ResourceAndAgencyAsync();
        var device = await ApprovedAsync(agency, "openid " + resource.Scope(), resource.Resource());

        await IsRefusedAsync(PollAsync(agency, device, (name, value)), error);
    }

    [Theory(DisplayName = "RFC 8628 §3.1: a device is not let in by less than it asked for: what could not be kept is refused, not overlooked")]
    [InlineData("authorization_details", """[{"type": "payment"}]""", "invalid_authorization_details")]
    [InlineData("claims", """{"id_token": {"acr": {"essential": true, "value": "urn:moi:acr:3"}}}""", "invalid_request")]
    [InlineData("acr_values", "urn:moi:acr:3", "invalid_request")]
    [InlineData("id_token_hint", "x", "invalid_request")]
    [InlineData("request", "x.y.z", "invalid_request")]
    [InlineData("request_uri", "urn:ietf:params:oauth:request_uri:x", "invalid_request")]
    [InlineData("dpop_jkt", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I", "invalid_request")]
    [Causes("MOI-REQ-031")]
    public async Task Not_for_devices(string name, string value, string error)
    {
        var agency = await NewAsync();

        await Refused.WithAsync(agency.PostAsync("/connect/device", new() { ["scope"] = "openid", [name] = value }), "MOI-REQ-031", error);
        (await agency.PostAsync("/connect/device", new() { ["scope"] = "openid", [name] = "" })).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory(DisplayName = "RFC 8628 §3.1: what is always so, or is not known at this endpoint, may be asked for")]
    [InlineData("max_age", "0")]
    [InlineData("prompt", "login consent")]
    [InlineData("nonce", "x")]
    [InlineData("other", "x")]
    public async Task Nothing_to_refuse(string name, string value)
    {
        var agency = await NewAsync();

        (await agency.PostAsync("/connect/device", new() { ["scope"] = "openid", [name] = value })).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static (string? Audience, string? Scope) Of(JsonObject tokens)
    {
        var access = Jwt.Claims((string)tokens["access_token"]!);
        return ((string?)access["aud"], (string?)access["scope"]);
    }

    private async Task<(TestAgency Resource, TestAgency Agency)> ResourceAndAgencyAsync()
    {
        var resource = await Server.NewResourceAsync();
        return (resource, await NewAsync(a => a.Grant(DeviceCode, resource.Scope())));
    }

    private async Task<JsonObject> ApprovedAsync(TestAgency agency, string scope, string? resource = null)
    {
        var device = await BeginAsync(agency, scope, resource);
        using var browser = Server.NewCitizenBrowser();
        await browser.SignUpAsync();
        await ApproveAsync(browser, device);
        return device;
    }
}

[Collection<OnSqlite>]
public sealed class SqliteDeviceResourceTests(SqliteOidcServer server) : DeviceResourceTests(server);

[Collection<OnPostgres>]
public sealed class PostgresDeviceResourceTests(PostgresOidcServer server) : DeviceResourceTests(server);
