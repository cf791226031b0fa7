using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Moi.Identity.Testing;
using static Moi.Identity.Idp.Tests.Oidc.ResourceAgencies;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>Each mistake leads to the page about itself. Seen failing on 2026-11-26 for every row whose code was changed.</summary>
public abstract class RefusalTests(OidcServer server)
{
    public static TheoryData<string, string?, string> Pushed => new()
    {
        { "response_type", null, "MOI-REQ-011" },
        { "code_challenge", null, "MOI-REQ-012" },
        { "code_challenge_method", null, "MOI-REQ-012" },
        { "code_challenge_method", "plain", "MOI-REQ-012" },
        { "redirect_uri", null, "MOI-REQ-013" },
        { "redirect_uri", "/callback", "MOI-REQ-013" },
        { "redirect_uri", "https://evil.example/", "MOI-REQ-013" },
        { "response_type", "token", "MOI-REQ-003" },
        { "response_mode", "web_message", "MOI-REQ-003" },
        { "prompt", "dance", "MOI-REQ-016" },
        { "claims", "[]", "MOI-REQ-016" },
        { "dpop_jkt", "short", "MOI-REQ-016" },
        { "scope", "no.such.scope", "MOI-REQ-002" },
        { "scope", "", "MOI-REQ-017" },
        { "resource", "https://nobody.example/api", "MOI-REQ-004" },
        { "authorization_details", "{}", "MOI-REQ-024" },
        { "authorization_details", "[{\"type\": \"nobody.s\"}]", "MOI-REQ-025" },
        { "request", "x", "MOI-REQ-022" },
    };

    public static TheoryData<string, string?, string> Assertions => new()
    {
        { "iss", "\"nobody\"", "MOI-CLI-006" },
        { "sub", "\"nobody\"", "MOI-CLI-007" },
        { "aud", "\"https://other.example/\"", "MOI-CLI-007" },
        { "exp", "1", "MOI-CLI-008" },
        { "nbf", "99999999999", "MOI-CLI-008" },
        { "jti", null, "MOI-CLI-009" },
    };

    public static TheoryData<string, string, string> Objects => new()
    {
        { "iss", "\"nobody\"", "MOI-REQ-020" },
        { "aud", "\"https://other.example/\"", "MOI-REQ-020" },
        { "exp", "1", "MOI-REQ-020" },
        { "nbf", "99999999999", "MOI-REQ-020" },
        { "jti", "\"\"", "MOI-REQ-021" },
        { "sub", "\"x\"", "MOI-REQ-022" },
    };

    [Theory]
    [MemberData(nameof(Pushed))]
    [Causes]
    public async Task A_pushed_request(string name, string? value, string code)
    {
        var agency = await server.NewAgencyAsync();
        await Refused.WithAsync(agency.PostAsync("/connect/par", agency.Request(r => Set(r, name, value))), code);
    }

    [Theory]
    [MemberData(nameof(Assertions))]
    [Causes]
    public async Task A_client_assertion(string claim, string? json, string code)
    {
        var agency = await server.NewAgencyAsync();
        await Refused.WithAsync(agency.PostAsync("/connect/par", agency.Request(), agency.Assertion(c => Set(c, claim, json))), code, "invalid_client");
    }

    [Fact]
    [Causes("MOI-CLI-006", "MOI-CLI-009")]
    public async Task A_client_assertion_that_cannot_be_read_or_was_used()
    {
        var agency = await server.NewAgencyAsync();
        await Refused.WithAsync(agency.PostAsync("/connect/par", agency.Request(), "made-up"), "MOI-CLI-006", "invalid_client");
        var used = agency.Assertion();
        (await agency.PostAsync("/connect/par", agency.Request(), used)).StatusCode.ShouldBe(HttpStatusCode.Created);
        await Refused.WithAsync(agency.PostAsync("/connect/par", agency.Request(), used), "MOI-CLI-009", "invalid_client");
    }

    [Theory]
    [MemberData(nameof(Objects))]
    [Causes]
    public async Task A_request_object(string claim, string json, string code)
    {
        var agency = await server.NewAgencyAsync();
        await Refused.WithAsync(
            agency.PostAsync("/connect/par", new() { ["request"] = agency.RequestObject(c => Set(c, claim, json)) }), code, "invalid_request_object");
    }

    [Fact]
    [Causes("MOI-REQ-019", "MOI-REQ-021", "MOI-REQ-023")]
    public async Task A_request_object_that_is_not_signed_by_the_client_was_used_or_is_missing()
    {
        var agency = await server.NewAgencyAsync();
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await Refused.WithAsync(agency.PostAsync("/connect/par", new() { ["request"] = "made-up" }), "MOI-REQ-019");
        await Refused.WithAsync(agency.PostAsync("/connect/par", new() { ["request"] = agency.RequestObject(key: other) }), "MOI-REQ-019");
        var used = agency.RequestObject();
        (await agency.PostAsync("/connect/par", new() { ["request"] = used })).StatusCode.ShouldBe(HttpStatusCode.Created);
        await Refused.WithAsync(agency.PostAsync("/connect/par", new() { ["request"] = used }), "MOI-REQ-021");

        var signing = await server.NewAgencyAsync(a => a.Metadata["require_signed_request_object"] = true);
        await Refused.WithAsync(signing.PostAsync("/connect/par", signing.Request()), "MOI-REQ-023");
    }

    [Fact]
    [Causes("MOI-REQ-014", "MOI-SYS-400", "MOI-SYS-405", "MOI-SYS-421")]
    public async Task A_message_that_cannot_be_read()
    {
        using var http = server.NewBackChannel();
        Dictionary<string, string> tooLong = new() { [new string('k', 3000)] = "v" };
        await Refused.WithAsync(http.PostAsync("/connect/token", new FormUrlEncodedContent(tooLong)), "MOI-SYS-400", "invalid_request");
        var elsewhere = new HttpRequestMessage(HttpMethod.Get, "/connect/jwks") { Headers = { Host = "other.example" } };
        await Refused.WithAsync(http.SendAsync(elsewhere), "MOI-SYS-421", "invalid_request");
        await Refused.WithAsync(http.GetAsync("/connect/token"), "MOI-REQ-014");
        await Refused.WithAsync(http.PostAsync("/connect/token", new StringContent("{}")), "MOI-REQ-014");
        KeyValuePair<string, string>[] twice = [new("client_id", "a"), new("client_id", "b")];
        await Refused.WithAsync(http.PostAsync("/connect/par", new FormUrlEncodedContent(twice)), "MOI-REQ-014");
        await Refused.WithAsync(http.PostAsync("/connect/token", new StringContent(new string('x', 70_000))), "MOI-REQ-014");
        await Refused.WithAsync(http.PostAsync("/connect/jwks", null), "MOI-SYS-405");
    }

    [Fact]
    [Causes("MOI-REQ-008", "MOI-REQ-015", "MOI-REQ-026", "MOI-REQ-028", "MOI-REQ-030")]
    public async Task A_request_of_a_browser()
    {
        var agency = await server.NewAgencyAsync();
        var pushing = await server.NewAgencyAsync(a => a.Metadata["require_pushed_authorization_requests"] = true);
        using var browser = server.NewBrowser();
        Refused.With((await browser.GetAsync(pushing.AuthorizeAddress())).Redirect().Query(), "MOI-REQ-015", "invalid_request");
        Refused.With((await browser.GetAsync(agency.AuthorizeAddress(r => r["prompt"] = "none"))).Redirect().Query(), "MOI-REQ-008", "login_required");
        Refused.With(
            (await browser.GetAsync(agency.AuthorizeAddress(r => r["acr_values"] = "urn:moi:acr:9"))).Redirect().Query(),
            "MOI-REQ-028", "unmet_authentication_requirements");

        await server.SignInAsync(browser, await server.NewCitizenAsync());
        Refused.With((await browser.GetAsync(agency.AuthorizeAddress(r => r["prompt"] = "none"))).Redirect().Query(), "MOI-REQ-008", "consent_required");
        var consent = (await browser.GetAsync(agency.AuthorizeAddress())).Redirect();
        Refused.With((await ConsentForm.AnswerAsync(browser, consent, agree: false)).Query(), "MOI-REQ-026", "access_denied");
        var foreign = (string)(await pushing.GetTokensAsync(browser))["id_token"]!;
        await Refused.WithAsync(agency.PostAsync("/connect/par", agency.Request(r => r["id_token_hint"] = foreign)), "MOI-REQ-030", "invalid_request");
    }

    [Fact]
    [Causes("MOI-REQ-027", "MOI-REQ-029")]
    public async Task A_citizen_who_is_not_the_expected_one_or_reaches_too_little()
    {
        var agency = await server.NewAgencyAsync();
        using var browser = server.NewCitizenBrowser();
        await browser.SignUpAsync();
        await browser.OpenAsync(await agency.PushAsync(r => r["claims"] = """{"id_token": {"sub": {"value": "somebody else"}}}"""));
        browser.Page.Path.ShouldBe("/sign-in");
        await browser.UsePasskeyAsync();
        Refused.With(browser.Page.Leaving!.Query(), "MOI-REQ-027", "access_denied");

        // Level 2 exists here, for citizens whose identity was checked.
        await browser.OpenAsync(await agency.PushAsync(r => r["acr_values"] = "urn:moi:acr:2"));
        browser.Page.Path.ShouldBe("/sign-in");
        await browser.UsePasskeyAsync();
        Refused.With(browser.Page.Leaving!.Query(), "MOI-REQ-029", "unmet_authentication_requirements");
    }

    [Fact]
    [Causes("MOI-CLI-005", "MOI-CLI-010", "MOI-CLI-011")]
    public async Task A_client_that_does_not_prove_who_it_is()
    {
        var agency = await server.NewAgencyAsync(a => a.UseSecret());
        Dictionary<string, string> form = new() { ["client_id"] = agency.ClientId, ["token"] = "x" };
        await Refused.WithAsync(agency.PostBasicAsync("/connect/revoke", form, "wrong"), "MOI-CLI-005", "invalid_client");
        await Refused.WithAsync(agency.PostRawAsync("/connect/revoke", form), "MOI-CLI-011", "invalid_client");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/connect/revoke") { Content = new FormUrlEncodedContent(form) };
        TestConnection.Showing(SoftCertificate.Root(new SoftCertificateShape { Name = "somebody" }).Der)(request);
        await Refused.WithAsync(agency.SendAsync(request), "MOI-CLI-010", "invalid_client");
    }

    [Fact]
    [Causes("MOI-CLI-002", "MOI-REQ-003", "MOI-REQ-011", "MOI-TOK-008", "MOI-TOK-011", "MOI-TOK-013", "MOI-TOK-014", "MOI-TOK-015")]
    public async Task A_code()
    {
        var (agency, browser) = await EnterAsync();
        using var open = browser;
        var other = await server.NewAgencyAsync();
        await Refused.WithAsync(agency.RedeemAsync("made-up"), "MOI-TOK-008", "invalid_grant");
        await Refused.WithAsync(agency.RedeemAsync(await agency.EnterAsync(browser), f => f["code_verifier"] = new string('x', 43)), "MOI-TOK-013");
        await Refused.WithAsync(agency.RedeemAsync("x", f => f.Remove("code_verifier")), "MOI-TOK-013");
        await Refused.WithAsync(agency.RedeemAsync(await agency.EnterAsync(browser), f => f["redirect_uri"] = "https://other.example/"), "MOI-TOK-014");
        await Refused.WithAsync(agency.RedeemAsync(await agency.EnterAsync(browser), f => f["resource"] = "https://other.example/"), "MOI-TOK-015");
        await Refused.WithAsync(agency.RedeemAsync("x", f => f["scope"] = "openid"), "MOI-TOK-015");
        await Refused.WithAsync(agency.RedeemAsync("x", f => f.Remove("code")), "MOI-REQ-011");
        await Refused.WithAsync(agency.RedeemAsync("x", f => f["grant_type"] = "password"), "MOI-REQ-003");
        await Refused.WithAsync(agency.RedeemAsync("x", f => f["grant_type"] = ClientCredentials), "MOI-CLI-002", "unauthorized_client");
        await Refused.WithAsync(
            other.RedeemAsync(await agency.EnterAsync(browser), f => (f["redirect_uri"], f["code_verifier"]) = (agency.RedirectUri, agency.Verifier)),
            "MOI-TOK-011", "invalid_grant");
    }

    [Fact]
    [Causes("MOI-REQ-002", "MOI-TOK-009", "MOI-TOK-010", "MOI-TOK-012")]
    public async Task A_refresh_token()
    {
        var (agency, browser) = await EnterAsync();
        using var open = browser;
        var first = (string)(await agency.GetTokensAsync(browser, Offline))["refresh_token"]!;
        await Refused.WithAsync(agency.RefreshAsync("made-up"), "MOI-TOK-010", "invalid_grant");
        await Refused.WithAsync(agency.RefreshAsync(first, f => f["scope"] = "openid agency.else"), "MOI-REQ-002");
        (await agency.RefreshAsync(first)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await Refused.WithAsync(agency.RefreshAsync(first), "MOI-TOK-009", "invalid_grant");

        var second = (string)(await agency.GetTokensAsync(browser, Offline))["refresh_token"]!;
        await server.ExecuteAsync("UPDATE grants SET status = 1 WHERE client_id = @client", p => p.Add("client", agency.ClientId));
        await Refused.WithAsync(agency.RefreshAsync(second), "MOI-TOK-012", "invalid_grant");
    }

    [Fact]
    [Causes("MOI-TOK-002", "MOI-TOK-016")]
    public async Task An_access_token()
    {
        var agency = await server.NewAgencyAsync();
        using var http = server.NewBackChannel();
        await Refused.WithAsync(agency.UserInfoAsync("made-up"), "MOI-TOK-002", "invalid_token");
        await Refused.WithAsync(http.GetAsync("/connect/userinfo?access_token=x"), "MOI-TOK-016", "invalid_request");
        Dictionary<string, string> form = new() { ["access_token"] = "x" };
        using var twice = new HttpRequestMessage(HttpMethod.Post, "/connect/userinfo") { Content = new FormUrlEncodedContent(form) };
        twice.Headers.Authorization = new("DPoP", "x");
        await Refused.WithAsync(http.SendAsync(twice), "MOI-TOK-016", "invalid_request");
    }

    [Fact]
    [Causes("MOI-TOK-006", "MOI-TOK-017", "MOI-TOK-018", "MOI-TOK-019", "MOI-TOK-020", "MOI-TOK-021")]
    public async Task A_DPoP_proof()
    {
        var agency = await server.NewAgencyAsync(a => a.Metadata["dpop_bound_access_tokens"] = true);
        var key = new TestDpopKey(server);
        await Refused.WithAsync(agency.RedeemAsync("x"), "MOI-TOK-017", "invalid_dpop_proof");
        foreach (var (bend, code) in (IEnumerable<(Action<JsonObject>, string)>)
        [
            (c => c["htm"] = "GET", "MOI-TOK-019"),
            (c => c["htu"] = "https://other.example/", "MOI-TOK-019"),
            (c => c["iat"] = 1, "MOI-TOK-020"),
            (c => c.Remove("jti"), "MOI-TOK-020"),
        ])
        {
            agency.Prepare = request => key.Attach(request, bend);
            await Refused.WithAsync(agency.RedeemAsync("x"), code, "invalid_dpop_proof");
        }

        agency.Prepare = request => key.Attach(request, c => c["nonce"] = "made-up");
        await Refused.WithAsync(agency.RedeemAsync("x"), "MOI-TOK-006", "use_dpop_nonce");
        agency.Prepare = request => request.Headers.Add("DPoP", "made-up");
        await Refused.WithAsync(agency.RedeemAsync("x"), "MOI-TOK-018", "invalid_dpop_proof");
        var proof = key.Proof("POST", "/connect/par");
        agency.Prepare = request => request.Headers.Add("DPoP", proof);
        await Refused.WithAsync(agency.PostAsync("/connect/par", agency.Request(r => r["dpop_jkt"] = new string('A', 43))), "MOI-TOK-021");
        (await agency.PostAsync("/connect/par", agency.Request())).StatusCode.ShouldBe(HttpStatusCode.Created);
        await Refused.WithAsync(agency.PostAsync("/connect/par", agency.Request()), "MOI-TOK-020", "invalid_dpop_proof");
    }

    [Fact]
    [Causes("MOI-TOK-022", "MOI-TOK-023")]
    public async Task A_token_that_is_bound_to_a_key()
    {
        var (agency, browser) = await EnterAsync();
        using var open = browser;
        var bearer = (string)(await agency.GetTokensAsync(browser))["access_token"]!;
        var key = new TestDpopKey(server);
        agency.Prepare = key.Attach;
        await Refused.WithAsync(agency.UserInfoAsync(bearer, "DPoP"), "MOI-TOK-022", "invalid_token");
        var bound = await agency.EnterAsync(browser);
        var access = (string)(await agency.GetTokensAsync(browser))["access_token"]!;
        agency.Prepare = _ => { };
        await Refused.WithAsync(agency.UserInfoAsync(access), "MOI-TOK-022", "invalid_token");
        await Refused.WithAsync(agency.RedeemAsync(bound), "MOI-TOK-022", "invalid_grant");

        var certified = await server.NewAgencyAsync(a => a.Metadata["tls_client_certificate_bound_access_tokens"] = true);
        await Refused.WithAsync(certified.RedeemAsync("x"), "MOI-TOK-023", "invalid_request");
    }

    [Fact]
    [Causes("MOI-REQ-002", "MOI-REQ-017", "MOI-REQ-018")]
    public async Task A_target()
    {
        var resource = await server.NewResourceAsync();
        var second = await server.NewResourceAsync();
        var agency = await server.NewAgencyAsync(a => a.Grant(ClientCredentials, resource.Scope(), second.Scope()).Grant(DeviceCode));
        var both = $"openid {resource.Scope()} {second.Scope()}";
        await Refused.WithAsync(agency.PostAsync("/connect/par", agency.Request(r => (r["scope"], r["resource"]) = (both, resource.Resource()))), "MOI-REQ-018");
        await Refused.WithAsync(agency.PostAsync("/connect/device", new() { ["scope"] = both }), "MOI-REQ-018");
        await Refused.WithAsync(agency.PostAsync("/connect/device", new() { ["scope"] = resource.Scope() }), "MOI-REQ-017");
        await Refused.WithAsync(
            agency.PostAsync("/connect/token", new() { ["grant_type"] = ClientCredentials, ["scope"] = "openid" }), "MOI-REQ-018", "invalid_scope");
        await Refused.WithAsync(
            agency.PostAsync("/connect/token", new() { ["grant_type"] = ClientCredentials, ["scope"] = resource.Scope("write") }), "MOI-REQ-002", "invalid_scope");
    }

    [Fact]
    [Causes("MOI-REQ-026", "MOI-TOK-007", "MOI-TOK-011", "MOI-TOK-024", "MOI-TOK-025")]
    public async Task A_device()
    {
        var agency = await server.NewAgencyAsync(a => a.Grant(DeviceCode));
        var other = await server.NewAgencyAsync(a => a.Grant(DeviceCode));
        var device = await (await agency.PostAsync("/connect/device", new() { ["scope"] = "openid" })).JsonAsync();
        Dictionary<string, string> poll = new() { ["grant_type"] = DeviceCode, ["device_code"] = (string)device["device_code"]! };
        await Refused.WithAsync(agency.PostAsync("/connect/token", poll), "MOI-TOK-007", "authorization_pending");
        await Refused.WithAsync(agency.PostAsync("/connect/token", poll), "MOI-TOK-024", "slow_down");
        await Refused.WithAsync(other.PostAsync("/connect/token", poll), "MOI-TOK-011", "invalid_grant");
        await Refused.WithAsync(agency.PostAsync("/connect/token", poll), "MOI-TOK-025", "invalid_grant");

        device = await (await agency.PostAsync("/connect/device", new() { ["scope"] = "openid" })).JsonAsync();
        poll["device_code"] = (string)device["device_code"]!;
        using var browser = server.NewCitizenBrowser();
        await browser.SignUpAsync();
        await browser.OpenAsync("/device");
        await browser.SendAsync(browser.Page.PlainForm, ("user_code", (string)device["user_code"]!));
        await browser.UsePasskeyAsync();
        await browser.SendAsync(browser.Page.PlainForm, ("answer", "refuse"));
        await Refused.WithAsync(agency.PostAsync("/connect/token", poll), "MOI-REQ-026", "access_denied");

        device = await (await agency.PostAsync("/connect/device", new() { ["scope"] = "openid" })).JsonAsync();
        poll["device_code"] = (string)device["device_code"]!;
        server.Time.Advance(TimeSpan.FromMinutes(10));
        await Refused.WithAsync(agency.PostAsync("/connect/token", poll), "MOI-TOK-025", "expired_token");
    }

    [Fact]
    [Causes("MOI-REQ-001", "MOI-REQ-011", "MOI-REQ-016", "MOI-TOK-026", "MOI-TOK-027", "MOI-TOK-028")]
    public async Task A_token_exchange()
    {
        var target = await server.NewResourceAsync();
        var (agency, browser) = await EnterAsync(a => a.Grant(TokenExchange, target.Scope()));
        using var open = browser;
        var token = (string)(await agency.GetTokensAsync(browser))["access_token"]!;
        var stranger = await server.NewAgencyAsync(a => a.Grant(TokenExchange, target.Scope()));
        await Refused.WithAsync(stranger.ExchangeAsync(token, target), "MOI-TOK-026", "invalid_request");
        await Refused.WithAsync(agency.ExchangeAsync("made-up", target), "MOI-TOK-027", "invalid_request");
        await Refused.WithAsync(agency.ExchangeAsync(token, target), "MOI-TOK-028", "invalid_target");
        await Refused.WithAsync(agency.ExchangeAsync(token, target, f => f.Remove("subject_token")), "MOI-REQ-011");
        await Refused.WithAsync(agency.ExchangeAsync(token, target, f => f["actor_token"] = "x"), "MOI-REQ-001", "invalid_request");
        await Refused.WithAsync(
            agency.ExchangeAsync(token, target, f => f["requested_token_type"] = "urn:ietf:params:oauth:token-type:id_token"), "MOI-REQ-016");
    }

    private static void Offline(Dictionary<string, string> request) => request["scope"] = "openid profile offline_access";

    private static void Set(Dictionary<string, string> form, string name, string? value)
    {
        form.Remove(name);
        if (value is not null)
        {
            form[name] = value;
        }
    }

    private static void Set(JsonObject claims, string name, string? json)
    {
        claims.Remove(name);
        if (json is not null)
        {
            claims[name] = JsonNode.Parse(json);
        }
    }

    private async Task<(TestAgency Agency, TestBrowser Browser)> EnterAsync(Action<TestAgency>? bend = null)
    {
        var agency = await server.NewAgencyAsync(bend);
        var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        await agency.EnterAsync(browser, Offline);
        return (agency, browser);
    }
}

[Collection<OnBoundSqlite>]
public sealed class SqliteRefusalTests(SqliteBoundServer server) : RefusalTests(server);

[Collection<OnBoundPostgres>]
public sealed class PostgresRefusalTests(PostgresBoundServer server) : RefusalTests(server);
