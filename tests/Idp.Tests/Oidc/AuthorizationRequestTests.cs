using System.Net;
using Microsoft.AspNetCore.WebUtilities;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>Requests to <c>/connect/authorize</c> and <c>/connect/par</c> that must not succeed.</summary>
public abstract class AuthorizationRequestTests(OidcServer server)
{
    [Theory(DisplayName = "R1: the redirect address is compared as a whole string")]
    [InlineData("http://{0}@evil.example/callback")]
    [InlineData("http://evil.example@{0}/callback")]
    [InlineData("http://{0}\\@evil.example/callback")]
    [InlineData("http://{0}%5c@evil.example/callback")]
    [InlineData("http://a@b@{0}/callback")]
    [InlineData("http://{0}/callback\t")]
    [InlineData("http://{0}/callback/../callback")]
    [InlineData("http://{0}/callback/")]
    [InlineData("http://{0}/callback?x=1")]
    [InlineData("http://{0}/callback#x")]
    [InlineData("http://{0}:80/callback")]
    [InlineData("https://{0}/callback")]
    [InlineData("http://{0}./callback")]
    [InlineData("http://localhost/callback")]
    public Task R1_R3_R4(string address) => IsRefusedAsync(address);

    [Theory(DisplayName = "R3: a registered dot matches a dot only")]
    [InlineData("http://{0}xlocalhost/callback")]
    [InlineData("http://evil-{0}/callback")]
    public async Task R3(string address)
    {
        var agency = await server.NewAgencyAsync();
        await IsRefusedAsync(address.Contains('x', StringComparison.Ordinal) ? $"http://{agency.ClientId}xlocalhost/callback" : address);
    }

    [Fact(DisplayName = "R4: the case of an address counts, and its query is part of it")]
    public async Task R4()
    {
        await IsRefusedAsync("HTTP://{0}/callback");
        await IsRefusedAsync("http://{0}/Callback");
    }

    [Theory(DisplayName = "R4: of a native client's loopback address only the port may differ")]
    [InlineData("http://127.0.0.1:51004/cb", true)]
    [InlineData("http://127.0.0.1/cb", true)]
    [InlineData("http://127.0.0.1:51004/cb?x=1", false)]
    [InlineData("http://127.0.0.1:51004/CB", false)]
    [InlineData("http://127.0.0.2:51004/cb", false)]
    [InlineData("http://localhost:51004/cb", false)]
    [InlineData("https://127.0.0.1:51004/cb", false)]
    public async Task R4_native(string address, bool isAllowed)
    {
        var agency = await server.NewAgencyAsync(a =>
        {
            a.BePublic();
            a.Metadata["application_type"] = "native";
            a.Metadata["redirect_uris"] = new System.Text.Json.Nodes.JsonArray("http://127.0.0.1/cb");
        });
        using var browser = server.NewBrowser();

        var answer = await browser.GetAsync(agency.AuthorizeAddress(r => r["redirect_uri"] = address));

        (answer.StatusCode == HttpStatusCode.Found).ShouldBe(isAllowed, await answer.Content.ReadAsStringAsync());
    }

    [Theory(DisplayName = "R9: PKCE with S256 or nothing")]
    [InlineData(null, null)]
    [InlineData("S256", null)]
    [InlineData(null, "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvw")]
    [InlineData("plain", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvw")]
    [InlineData("s256", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvw")]
    [InlineData("RS256", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvw")]
    public async Task R9(string? method, string? challenge)
    {
        var agency = await server.NewAgencyAsync();
        void Bend(Dictionary<string, string> r)
        {
            r.Remove("code_challenge_method");
            r.Remove("code_challenge");
            if (method is not null)
            {
                r["code_challenge_method"] = method;
            }

            if (challenge is not null)
            {
                r["code_challenge"] = challenge;
            }
        }

        using var browser = server.NewBrowser();
        var answer = (await browser.GetAsync(agency.AuthorizeAddress(Bend))).Redirect();
        answer.GetLeftPart(UriPartial.Path).ShouldBe(agency.RedirectUri);
        answer.Query()["error"].ShouldBe("invalid_request");
        var pushed = await (await agency.PostAsync("/connect/par", agency.Request(Bend))).JsonAsync(HttpStatusCode.BadRequest);
        ((string?)pushed["error"]).ShouldBe("invalid_request");
    }

    [Theory(DisplayName = "R10: another response mode changes nothing about where the answer goes")]
    [InlineData("fragment")]
    [InlineData("fragment.jwt")]
    [InlineData("QUERY")]
    [InlineData("web_message")]
    public async Task R10(string mode)
    {
        var agency = await server.NewAgencyAsync();
        using var browser = server.NewBrowser();

        var answer = (await browser.GetAsync(agency.AuthorizeAddress(r => r["response_mode"] = mode))).Redirect();

        answer.GetLeftPart(UriPartial.Path).ShouldBe(agency.RedirectUri);
        answer.Query()["error"].ShouldNotBeNull();
        await IsRefusedAsync("http://evil.example/callback", r => r["response_mode"] = mode);
    }

    [Theory(DisplayName = "R10: the modes that exist obey the same check of the redirect address")]
    [InlineData("form_post")]
    [InlineData("query.jwt")]
    [InlineData("form_post.jwt")]
    [InlineData("jwt")]
    public Task R10_known(string mode) => IsRefusedAsync("http://evil.example/callback", r => r["response_mode"] = mode);

    [Fact(DisplayName = "R11: a transaction that an attacker began gives the attacker nothing")]
    public async Task R11()
    {
        var agency = await server.NewAgencyAsync();
        using var attacker = server.NewBrowser();
        using var victim = server.NewBrowser();
        await server.SignInAsync(victim, await server.NewCitizenAsync());
        await agency.EnterAsync(victim);
        var signIn = (await attacker.GetAsync(await agency.PushAsync())).Redirect();
        var handle = signIn.Query()["tx"];

        var stolen = await victim.GetAsync("/connect/authorize?tx=" + handle);
        stolen.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var afterwards = await attacker.GetAsync("/connect/authorize?tx=" + handle);
        afterwards.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await afterwards.Content.ReadAsStringAsync()).ShouldContain("MOI-AUTH-008");
    }

    [Fact(DisplayName = "R11: another citizen's session cannot answer the consent page, nor use its answer")]
    public async Task R11_consent()
    {
        var agency = await server.NewAgencyAsync();
        using var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        var page = (await browser.GetAsync(await agency.PushAsync())).Redirect();

        // The first citizen agrees; before the browser goes on, somebody else signs in to it.
        var html = await (await browser.GetAsync(page.PathAndQuery)).Content.ReadAsStringAsync();
        var next = (await ConsentForm.PostAsync(browser, page, html, "agree")).Redirect();
        await server.SignInAsync(browser, await server.NewCitizenAsync());

        (await browser.GetAsync(next.PathAndQuery)).Redirect().AbsolutePath.ShouldBe("/consent");

        using var other = server.NewBrowser();
        await server.SignInAsync(other, await server.NewCitizenAsync());
        (await other.GetAsync(page.PathAndQuery)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact(DisplayName = "R12: nothing in the address changes a request that was accepted")]
    public async Task R12()
    {
        var agency = await server.NewAgencyAsync();
        using var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        await agency.EnterAsync(browser);
        var forged = new Dictionary<string, string?>
        {
            ["redirect_uri"] = "http://evil.example/",
            ["scope"] = "openid profile offline_access",
            ["state"] = "forged",
        };

        // Beside a pushed request.
        var pushed = (await browser.GetAsync(QueryHelpers.AddQueryString(await agency.PushAsync(), forged))).Redirect();
        pushed.GetLeftPart(UriPartial.Path).ShouldBe(agency.RedirectUri);
        pushed.Query()["state"].ShouldBe("state-1");

        // Beside a transaction.
        var consent = (await browser.GetAsync(await agency.PushAsync(r => r["prompt"] = "consent"))).Redirect();
        var html = await (await browser.GetAsync(consent.PathAndQuery)).Content.ReadAsStringAsync();
        var onward = (await ConsentForm.PostAsync(browser, consent, html, "agree")).Redirect();
        var resumed = (await browser.GetAsync(QueryHelpers.AddQueryString(onward.PathAndQuery, forged))).Redirect();
        resumed.GetLeftPart(UriPartial.Path).ShouldBe(agency.RedirectUri);
        resumed.Query()["state"].ShouldBe("state-1");
    }

    [Fact]
    public async Task A_pushed_request_opens_once_for_its_own_client_and_not_after_a_minute()
    {
        var agency = await server.NewAgencyAsync();
        var other = await server.NewAgencyAsync();
        using var browser = server.NewBrowser();

        var address = await agency.PushAsync();
        (await browser.GetAsync(address)).Redirect().AbsolutePath.ShouldBe("/sign-in");
        (await (await browser.GetAsync(address)).Content.ReadAsStringAsync()).ShouldContain("MOI-AUTH-008");

        var stolen = (await agency.PushAsync()).Replace(agency.ClientId, other.ClientId, StringComparison.Ordinal);
        (await browser.GetAsync(stolen)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        var late = await agency.PushAsync();
        server.Time.Advance(TimeSpan.FromSeconds(61));
        (await browser.GetAsync(late)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Of_a_hundred_browsers_one_opens_a_pushed_request()
    {
        var agency = await server.NewAgencyAsync();
        var address = await agency.PushAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
        {
            using var browser = server.NewBrowser();
            return (await browser.GetAsync(address)).StatusCode;
        }));

        answers.Count(status => status == HttpStatusCode.Found).ShouldBe(1);
    }

    [Fact]
    public async Task A_client_may_promise_to_push_every_request()
    {
        var agency = await server.NewAgencyAsync(a => a.Metadata["require_pushed_authorization_requests"] = true);
        using var browser = server.NewBrowser();

        (await browser.GetAsync(agency.AuthorizeAddress())).Redirect().Query()["error"].ShouldBe("invalid_request");
        (await browser.GetAsync(await agency.PushAsync())).Redirect().AbsolutePath.ShouldBe("/sign-in");
    }

    [Theory]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("response_type", "code id_token", "unsupported_response_type")]
    [InlineData("scope", "openid everything", "invalid_scope")]
    [InlineData("scope", "openid offline_access", "invalid_scope", "openid")]
    [InlineData("scope", "openid profile", "invalid_scope", "openid")]
    [InlineData("max_age", "999999999999999", "invalid_request")]
    [InlineData("max_age", "99999999999", "invalid_request")]
    [InlineData("max_age", "-1", "invalid_request")]
    [InlineData("max_age", "1.5", "invalid_request")]
    [InlineData("max_age", "soon", "invalid_request")]
    [InlineData("claims", """{"id_token":{"acr":{"value":"\ud800"}}}""", "invalid_request")]
    [InlineData("claims", """{"userinfo":{"sub":{"values":["\udc00"]}}}""", "invalid_request")]
    [InlineData("claims", """{"id_token":{"\ud800":null}}""", "invalid_request")]
    [InlineData("authorization_details", """[{"type":"\ud800"}]""", "invalid_authorization_details")]
    [InlineData("authorization_details", """[{"\ud800":"x"}]""", "invalid_authorization_details")]
    [InlineData("request", "eyJ.eyJ.", "invalid_request_object")]
    [InlineData("claims", "[]", "invalid_request")]
    [InlineData("resource", "https://api.example/unknown", "invalid_target")]
    [InlineData("authorization_details", "[{\"type\":\"unknown\"}]", "invalid_authorization_details")]
    [InlineData("scope", "profile", "invalid_scope")]
    [InlineData("prompt", "none login", "invalid_request")]
    [InlineData("acr_values", "urn:moi:acr:3", "unmet_authentication_requirements")]
    [InlineData("acr_values", "urn:other", "unmet_authentication_requirements")]
    [InlineData("prompt", "none", "login_required")]
    public async Task A_client_learns_what_is_wrong_with_its_request(string parameter, string value, string error, string? registered = null)
    {
        var agency = await server.NewAgencyAsync(a => a.Metadata["scope"] = registered ?? (string)a.Metadata["scope"]!);
        using var browser = server.NewBrowser();

        var answer = (await browser.GetAsync(agency.AuthorizeAddress(r => r[parameter] = value))).Redirect();

        answer.GetLeftPart(UriPartial.Path).ShouldBe(agency.RedirectUri);
        var query = answer.Query();
        query["error"].ShouldBe(error);
        query["state"].ShouldBe("state-1");
        query["iss"].ShouldBe(OidcServer.Issuer);
        query["error_uri"].ShouldStartWith(OidcServer.Issuer + "errors/MOI-");
    }

    [Theory]
    [InlineData("scope", "openid offline_access", "MOI-REQ-002", "invalid_scope")]
    [InlineData("scope", "openid profile", "MOI-REQ-002", "invalid_scope")]
    [InlineData("max_age", "999999999999999", "MOI-REQ-016", "invalid_request")]
    [InlineData("max_age", "soon", "MOI-REQ-016", "invalid_request")]
    [InlineData("claims", """{"id_token":{"acr":{"value":"\ud800"}}}""", "MOI-REQ-016", "invalid_request")]
    [InlineData("authorization_details", """[{"type":"\ud800"}]""", "MOI-REQ-024", "invalid_authorization_details")]
    public async Task What_is_wrong_is_told_when_it_is_pushed(string parameter, string value, string code, string error)
    {
        var agency = await server.NewAgencyAsync(a => a.Metadata["scope"] = "openid");

        await Refused.WithAsync(
            agency.PostAsync("/connect/par", agency.Request(r => (r["scope"], r[parameter]) = ("openid", value))), code, error);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("9999999999")]
    [InlineData("")]
    public async Task Ten_digits_of_max_age_are_enough(string seconds)
    {
        var agency = await server.NewAgencyAsync();
        using var browser = server.NewBrowser();

        (await browser.GetAsync(await agency.PushAsync(r => r["max_age"] = seconds))).Redirect().AbsolutePath.ShouldBe("/sign-in");
    }

    [Fact(DisplayName = "FAPI 2.0 §5.3.2.2: a request names its redirect_uri, also where only one is registered")]
    public async Task Redirect_uri()
    {
        var api = await TestResource.NewAsync(server);
        var agency = await TestResource.NewUserAsync(server, api);
        void Bend(Dictionary<string, string> request)
        {
            request.Remove("redirect_uri");
            request["scope"] = api.Read;
        }

        await Refused.WithAsync(agency.PostAsync("/connect/par", agency.Request(Bend)), "MOI-REQ-013", "invalid_request");
        using var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        var answer = await browser.GetAsync(agency.AuthorizeAddress(Bend));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("MOI-AUTH-010");
    }

    [Theory]
    [InlineData("scope", "openid")]
    [InlineData("redirect_uri", "http://evil.example/")]
    [InlineData("response_mode", "query")]
    public async Task No_parameter_may_be_there_twice(string parameter, string value)
    {
        var agency = await server.NewAgencyAsync();
        using var browser = server.NewBrowser();

        var answer = await browser.GetAsync(agency.AuthorizeAddress(r => r.TryAdd(parameter, value)) + $"&{parameter}={Uri.EscapeDataString(value)}");

        answer.Headers.Location?.Host.ShouldNotBe("evil.example");
        (answer.StatusCode == HttpStatusCode.BadRequest || answer.Redirect().Query()["error"] == "invalid_request").ShouldBeTrue();
    }

    /// <summary>Seen failing on 2026-11-27: these endpoints took what the rules of authorization and token requests forbid.</summary>
    [Theory(DisplayName = "RFC 6749 §3.1 and §3.2: no parameter may be there twice at the other endpoints either, known or not")]
    [InlineData("/connect/introspect", "token=a")]
    [InlineData("/connect/revoke", "token=a")]
    [InlineData("/connect/device", "scope=openid")]
    [InlineData("/connect/userinfo", "")]
    public async Task Nor_elsewhere(string path, string form)
    {
        var agency = await server.NewAgencyAsync();
        var client = $"client_id={agency.ClientId}&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer&client_assertion={agency.Assertion()}";
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(
                $"{form}&x=1&x=2{(path.EndsWith("userinfo", StringComparison.Ordinal) ? "" : "&" + client)}", null, "application/x-www-form-urlencoded"),
        };

        await Refused.WithAsync(agency.SendAsync(request), "MOI-REQ-014", "invalid_request");
    }

    [Fact(DisplayName = "RFC 6749 §3.1: nor when a citizen is signed out")]
    public async Task Nor_when_signing_out()
    {
        using var browser = server.NewBrowser();

        var answer = await browser.GetAsync("/connect/logout?state=a&state=b");

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("MOI-");
    }

    [Theory]
    [InlineData("client_id", "nobody", "MOI-AUTH-001")]
    [InlineData("client_id", null, "MOI-AUTH-010")]
    [InlineData("redirect_uri", null, "MOI-AUTH-010")]
    [InlineData("request_uri", "https://evil.example/request", "MOI-AUTH-008")]
    [InlineData("request_uri", "urn:ietf:params:oauth:request_uri:made-up", "MOI-AUTH-008")]
    public async Task What_cannot_be_sent_anywhere_is_told_on_a_page(string parameter, string? value, string code)
    {
        var agency = await server.NewAgencyAsync();
        using var browser = server.NewBrowser();
        var answer = await browser.GetAsync(agency.AuthorizeAddress(r =>
        {
            r.Remove(parameter);
            if (value is not null)
            {
                r[parameter] = value;
            }
        }));

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var html = await answer.Content.ReadAsStringAsync();
        html.ShouldContain(code);
        html.ShouldNotContain("openiddict", Case.Insensitive);
    }

    [Fact]
    public async Task A_suspended_client_is_shown_as_suspended_and_cannot_push()
    {
        var agency = await server.NewAgencyAsync();
        agency.Metadata["moi_status"] = "suspended";
        await agency.RegisterAsync();
        using var browser = server.NewBrowser();

        (await (await browser.GetAsync(agency.AuthorizeAddress())).Content.ReadAsStringAsync()).ShouldContain("MOI-AUTH-009");
        (await agency.PostAsync("/connect/par", agency.Request())).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact(DisplayName = "S15: a request of absurd size is refused quickly and cleanly")]
    public async Task S15()
    {
        var agency = await server.NewAgencyAsync();
        var huge = new string('x', 1_000_000);

        var pushed = await agency.PostAsync("/connect/par", agency.Request(r => r["state"] = huge));
        ((int)pushed.StatusCode).ShouldBeInRange(400, 499);
        var claims = await agency.PostAsync(
            "/connect/par", agency.Request(r => r["claims"] = string.Concat(Enumerable.Repeat("{\"a\":", 5000))));
        ((int)claims.StatusCode).ShouldBeInRange(400, 499);
    }

    [Fact]
    public async Task A_new_browser_is_sent_to_sign_in_in_the_language_that_was_asked_for()
    {
        var agency = await server.NewAgencyAsync();
        using var browser = server.NewBrowser();

        var page = (await browser.GetAsync(await agency.PushAsync(r => r["ui_locales"] = "en zh-TW"))).Redirect();

        page.AbsolutePath.ShouldBe("/sign-in");
        page.Query()["ui_locales"].ShouldBe("en zh-TW");
        page.Query()["tx"].Length.ShouldBe(43);
    }

    private async Task IsRefusedAsync(string address, Action<Dictionary<string, string>>? bend = null)
    {
        var agency = await server.NewAgencyAsync();
        void Bend(Dictionary<string, string> r)
        {
            r["redirect_uri"] = string.Format(System.Globalization.CultureInfo.InvariantCulture, address, agency.ClientId + ".localhost");
            bend?.Invoke(r);
        }

        using var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        var answer = await browser.GetAsync(agency.AuthorizeAddress(Bend));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        answer.Headers.Location.ShouldBeNull();
        (await answer.Content.ReadAsStringAsync()).ShouldContain("MOI-AUTH-002");
        (await agency.PostAsync("/connect/par", agency.Request(Bend))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }
}

[Collection<OnSqlite>]
public sealed class SqliteAuthorizationRequestTests(SqliteOidcServer server) : AuthorizationRequestTests(server);

[Collection<OnPostgres>]
public sealed class PostgresAuthorizationRequestTests(PostgresOidcServer server) : AuthorizationRequestTests(server);
