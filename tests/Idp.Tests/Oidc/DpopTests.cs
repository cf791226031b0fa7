using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Idp.Features.Oidc.SenderConstraint;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>RFC 9449 at every endpoint that has a part in it.</summary>
public abstract class DpopTests(OidcServer server)
{
    private static void Offline(Dictionary<string, string> request) => request["scope"] = "openid profile offline_access";

    [Fact(DisplayName = "RFC 9449 §5, §6, §7: a token is bound to the key of the proof, and says so everywhere")]
    public async Task Bound()
    {
        var (agency, key, browser) = await EnterAsync();
        using var open = browser;
        var tokens = await agency.GetTokensAsync(browser, Offline);
        var access = (string)tokens["access_token"]!;

        ((string?)tokens["token_type"]).ShouldBe("DPoP");
        ((string?)Jwt.Claims(access)["cnf"]!["jkt"]).ShouldBe(key.Jkt);
        Jwt.Claims((string)tokens["id_token"]!).ContainsKey("cnf").ShouldBeFalse();
        (await (await agency.UserInfoAsync(access, "DPoP")).JsonAsync()).ContainsKey("sub").ShouldBeTrue();
        var known = await (await agency.PostAsync("/connect/introspect", new() { ["token"] = access })).JsonAsync();
        ((string?)known["token_type"]).ShouldBe("DPoP");
        ((string?)known["cnf"]!["jkt"]).ShouldBe(key.Jkt);
        (await agency.PostAsync("/connect/revoke", new() { ["token"] = access })).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await agency.UserInfoAsync(access, "DPoP")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_client_that_sends_no_proof_gets_bearer_tokens_as_before()
    {
        var (agency, _, browser) = await EnterAsync();
        using var open = browser;
        agency.Prepare = _ => { };
        var tokens = await agency.GetTokensAsync(browser);

        ((string?)tokens["token_type"]).ShouldBe("Bearer");
        Jwt.Claims((string)tokens["access_token"]!).ContainsKey("cnf").ShouldBeFalse();
        (await agency.UserInfoAsync((string)tokens["access_token"]!)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact(DisplayName = "RFC 9449 §8: without a nonce the server gives one, and neither the code nor the assertion is spent")]
    public async Task Nonce_at_the_token_endpoint()
    {
        var (agency, key, browser) = await EnterAsync();
        using var open = browser;
        var code = await agency.EnterAsync(browser);
        var assertion = agency.Assertion();
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = agency.RedirectUri,
            ["code_verifier"] = agency.Verifier,
        };
        key.Nonce = () => null;

        var first = await agency.PostAsync("/connect/token", form, assertion);

        var refused = await first.JsonAsync(HttpStatusCode.BadRequest);
        ((string?)refused["error"]).ShouldBe("use_dpop_nonce");
        var trace = (string)refused["trace_id"]!;
        server.Log.All.ShouldNotContain(
            line => line.StartsWith("Warning", StringComparison.Ordinal) && line.Contains(trace, StringComparison.Ordinal), "every client begins so");
        var nonce = first.Headers.GetValues("DPoP-Nonce").Single();
        key.Nonce = () => nonce;
        var second = await agency.PostAsync("/connect/token", form, assertion);
        ((string?)(await second.JsonAsync())["token_type"]).ShouldBe("DPoP");
        second.Headers.Contains("DPoP-Nonce").ShouldBeFalse();
    }

    [Fact(DisplayName = "RFC 9449 §8, §9: pushed requests and userinfo ask for a nonce too")]
    public async Task Nonce_elsewhere()
    {
        var (agency, key, browser) = await EnterAsync();
        using var open = browser;
        var access = (string)(await agency.GetTokensAsync(browser))["access_token"]!;
        key.Nonce = () => "made-up";

        var pushed = await agency.PostAsync("/connect/par", agency.Request());
        ((string?)(await pushed.JsonAsync(HttpStatusCode.BadRequest))["error"]).ShouldBe("use_dpop_nonce");
        var asked = await agency.UserInfoAsync(access, "DPoP");
        asked.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        var challenge = asked.Headers.WwwAuthenticate.Single();
        challenge.Scheme.ShouldBe("DPoP");
        challenge.Parameter!.ShouldContain("algs=\"ES256 PS256\"");
        challenge.Parameter!.ShouldContain("error=\"use_dpop_nonce\"");

        key.Nonce = () => pushed.Headers.GetValues("DPoP-Nonce").Single();
        (await agency.PostAsync("/connect/par", agency.Request())).StatusCode.ShouldBe(HttpStatusCode.Created);
        key.Nonce = () => asked.Headers.GetValues("DPoP-Nonce").Single();
        (await agency.UserInfoAsync(access, "DPoP")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact(DisplayName = "RFC 9449 §8.2: the next nonce comes before the last one is too old")]
    public async Task Nonce_in_time()
    {
        var (agency, key, browser) = await EnterAsync();
        using var open = browser;
        var access = (string)(await agency.GetTokensAsync(browser))["access_token"]!;
        var nonce = key.Nonce();
        key.Nonce = () => nonce;

        server.Time.Advance(DpopNonces.Stretch);
        var late = await agency.UserInfoAsync(access, "DPoP");
        late.StatusCode.ShouldBe(HttpStatusCode.OK);
        var next = late.Headers.GetValues("DPoP-Nonce").Single();

        server.Time.Advance(DpopNonces.Stretch);
        (await agency.UserInfoAsync(access, "DPoP")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        key.Nonce = () => next;
        (await agency.UserInfoAsync(access, "DPoP")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact(DisplayName = "A nonce and a spent proof of one server are known to the next")]
    public async Task Another_server()
    {
        var (agency, key, browser) = await EnterAsync();
        using var open = browser;
        var access = (string)(await agency.GetTokensAsync(browser))["access_token"]!;
        var nonce = key.Nonce();
        key.Nonce = () => nonce;
        var proof = key.Proof("GET", "/connect/userinfo", access);
        agency.Prepare = request => request.Headers.Add("DPoP", proof);
        (await agency.UserInfoAsync(access, "DPoP")).StatusCode.ShouldBe(HttpStatusCode.OK);

        await server.RestartAsync();
        agency.Reconnect();

        await IsChallengedAsync(agency.UserInfoAsync(access, "DPoP"), "invalid_dpop_proof");
        agency.Prepare = key.Attach;
        (await agency.UserInfoAsync(access, "DPoP")).StatusCode.ShouldBe(HttpStatusCode.OK);

        // Two processes that run side by side write different nonces for the same time.
        var one = new DpopNonces(server.Services.GetRequiredService<IDataProtectionProvider>(), server.Time);
        var other = new DpopNonces(server.Services.GetRequiredService<IDataProtectionProvider>(), server.Time);
        one.Current.ShouldNotBe(other.Current);
        one.Accepts(other.Current).ShouldBeTrue();
        one.Accepts(other.Current + "A").ShouldBeFalse();
    }

    [Fact(DisplayName = "T16: a token bound to a key is worth nothing without a proof, however it is sent")]
    public async Task T16()
    {
        var (agency, key, browser) = await EnterAsync();
        using var open = browser;
        var access = (string)(await agency.GetTokensAsync(browser, Offline))["access_token"]!;

        await IsChallengedAsync(agency.UserInfoAsync(access), "invalid_token", "Bearer");
        agency.Prepare = _ => { };
        await IsChallengedAsync(agency.UserInfoAsync(access), "invalid_token", "Bearer");
        await IsChallengedAsync(agency.UserInfoAsync(access, "DPoP"), "invalid_dpop_proof");
        await IsChallengedAsync(agency.UserInfoAsync(access, "dpop"), "invalid_dpop_proof");
        await IsChallengedAsync(
            agency.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/connect/userinfo") { Content = new FormUrlEncodedContent([new("access_token", access)]) }),
            "invalid_token", "Bearer");
        agency.Prepare = new TestDpopKey(server).Attach;
        await IsChallengedAsync(agency.UserInfoAsync(access, "DPoP"), "invalid_token");
        agency.Prepare = request => key.Attach(request, claims => claims["ath"] = "AAAA");
        await IsChallengedAsync(agency.UserInfoAsync(access, "DPoP"), "invalid_dpop_proof");
        agency.Prepare = request => key.Attach(request, claims => claims.Remove("ath"));
        await IsChallengedAsync(agency.UserInfoAsync(access, "DPoP"), "invalid_dpop_proof");
        agency.Prepare = key.Attach;
        (await agency.UserInfoAsync(access, "DPoP")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact(DisplayName = "RFC 9449 §7.1: a token that is bound to nothing does not pass as one that is")]
    public async Task Unbound_token()
    {
        var (agency, key, browser) = await EnterAsync();
        using var open = browser;
        agency.Prepare = _ => { };
        var access = (string)(await agency.GetTokensAsync(browser))["access_token"]!;

        agency.Prepare = key.Attach;
        await IsChallengedAsync(agency.UserInfoAsync(access, "DPoP"), "invalid_token");
        (await agency.UserInfoAsync(access)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact(DisplayName = "FAPI 2.0 §5.3.4: no token in an address")]
    public async Task Token_in_the_address()
    {
        var (agency, _, browser) = await EnterAsync();
        using var open = browser;
        agency.Prepare = _ => { };
        var access = (string)(await agency.GetTokensAsync(browser))["access_token"]!;

        var answer = await agency.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/connect/userinfo?access_token=" + access));

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        answer.Headers.WwwAuthenticate.First().Parameter!.ShouldContain("invalid_request");
    }

    [Theory(DisplayName = "RFC 9449 §4.3: a proof for something else is no proof")]
    [InlineData("htm", "\"GET\"")]
    [InlineData("htu", "\"http://idp.localhost:5080/connect/par\"")]
    [InlineData("htu", "\"https://idp.localhost:5080/connect/token\"")]
    [InlineData("htu", "\"http://evil.localhost:5080/connect/token\"")]
    [InlineData("iat", "1700000000")]
    [InlineData("iat", "4000000000")]
    [InlineData("jti", "\"\"")]
    [InlineData("jti", "7")]
    public async Task Other_proofs(string claim, string value)
    {
        var (agency, key, browser) = await EnterAsync();
        using var open = browser;
        var code = await agency.EnterAsync(browser);

        agency.Prepare = request => key.Attach(request, claims => claims[claim] = JsonNode.Parse(value));
        await IsRefusedAsync(agency.RedeemAsync(code), "invalid_dpop_proof");

        agency.Prepare = key.Attach;
        (await agency.RedeemAsync(code)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Two_proofs_and_things_that_are_none_are_refused()
    {
        var (agency, key, browser) = await EnterAsync();
        using var open = browser;
        foreach (var prepare in (Action<HttpRequestMessage>[])
            [
                request => request.Headers.Add("DPoP", [key.Proof("POST", "/connect/par"), key.Proof("POST", "/connect/par")]),
                request => request.Headers.TryAddWithoutValidation("DPoP", "not.a.jwt"),
                request => request.Headers.TryAddWithoutValidation("DPoP", new string('x', 9000)),
                request => request.Headers.Add("DPoP", key.Proof("POST", "/connect/par", bendHeader: header => header["typ"] = "JWT")),
                request => request.Headers.Add("DPoP", key.Proof("POST", "/connect/par", bendHeader: header => header["alg"] = "RS256")),
                request => request.Headers.Add("DPoP", key.Proof("POST", "/connect/par", bendHeader: header => header["jwk"]!["d"] = "AA")),
                request => request.Headers.Add("DPoP", key.Proof("POST", "/connect/par")[..^4] + "AAAA"),
            ])
        {
            agency.Prepare = prepare;
            await IsRefusedAsync(agency.PostAsync("/connect/par", agency.Request()), "invalid_dpop_proof");
        }
    }

    [Fact(DisplayName = "RFC 9449 §10: a code for a named key can be redeemed with that key alone")]
    public async Task Named_key()
    {
        var (agency, key, browser) = await EnterAsync();
        using var open = browser;
        agency.Prepare = _ => { };
        void Named(Dictionary<string, string> request) => request["dpop_jkt"] = key.Jkt;

        var code = await agency.EnterAsync(browser, Named);
        agency.Prepare = new TestDpopKey(server).Attach;
        await IsRefusedAsync(agency.RedeemAsync(code), "invalid_grant");

        agency.Prepare = _ => { };
        code = await agency.EnterAsync(browser, Named);
        await IsRefusedAsync(agency.RedeemAsync(code), "invalid_grant");

        code = await agency.EnterAsync(browser, Named);
        agency.Prepare = key.Attach;
        ((string?)(await (await agency.RedeemAsync(code)).JsonAsync())["token_type"]).ShouldBe("DPoP");
    }

    [Fact(DisplayName = "RFC 9449 §10: the key may be named in the address as well")]
    public async Task Named_key_without_par()
    {
        var (agency, key, browser) = await EnterAsync();
        using var open = browser;
        var code = (await browser.GetAsync(agency.AuthorizeAddress(r => r["dpop_jkt"] = key.Jkt))).Redirect().Query()["code"];
        agency.Prepare = new TestDpopKey(server).Attach;
        await IsRefusedAsync(agency.RedeemAsync(code), "invalid_grant");

        foreach (var wrong in (string[])["short", key.Jkt + "AA", key.Jkt[..^1] + "!"])
        {
            (await browser.GetAsync(agency.AuthorizeAddress(r => r["dpop_jkt"] = wrong))).Redirect().Query()["error"].ShouldBe("invalid_request");
        }
    }

    [Fact(DisplayName = "RFC 9449 §10.1: the proof of a pushed request names the key, and may not contradict dpop_jkt")]
    public async Task Proof_at_par()
    {
        var (agency, key, browser) = await EnterAsync();
        using var open = browser;
        var code = await agency.EnterAsync(browser);
        agency.Prepare = new TestDpopKey(server).Attach;
        await IsRefusedAsync(agency.RedeemAsync(code), "invalid_grant");

        agency.Prepare = key.Attach;
        await IsRefusedAsync(
            agency.PostAsync("/connect/par", agency.Request(r => r["dpop_jkt"] = new TestDpopKey(server).Jkt)), "invalid_dpop_proof");
        (await agency.PostAsync("/connect/par", agency.Request(r => r["dpop_jkt"] = key.Jkt))).StatusCode.ShouldBe(HttpStatusCode.Created);
        await IsRefusedAsync(agency.PostAsync("/connect/par", agency.Request(r => r["dpop_jkt"] = "short")), "invalid_request");
    }

    [Fact(DisplayName = "RFC 9449 §5.2: a client that promised proofs gets nothing without, and loses nothing")]
    public async Task Required()
    {
        var (agency, key, browser) = await EnterAsync(a => a.Metadata["dpop_bound_access_tokens"] = true);
        using var open = browser;
        agency.Prepare = _ => { };
        var code = await agency.EnterAsync(browser);

        await IsRefusedAsync(agency.RedeemAsync(code), "invalid_dpop_proof");

        agency.Prepare = key.Attach;
        ((string?)(await (await agency.RedeemAsync(code)).JsonAsync())["token_type"]).ShouldBe("DPoP");
    }

    [Fact(DisplayName = "RFC 9449 §5: the refresh token of a public client is bound to its key")]
    public async Task Public_refresh()
    {
        var (agency, key, browser) = await EnterAsync(a => a.BePublic());
        using var open = browser;
        var first = (string)(await agency.GetTokensAsync(browser, Offline))["refresh_token"]!;

        agency.Prepare = _ => { };
        await IsRefusedAsync(agency.RefreshAsync(first), "invalid_grant");
        agency.Prepare = new TestDpopKey(server).Attach;
        await IsRefusedAsync(agency.RefreshAsync(first), "invalid_grant");
        agency.Prepare = key.Attach;
        var second = await (await agency.RefreshAsync(first)).JsonAsync();
        ((string?)Jwt.Claims((string)second["access_token"]!)["cnf"]!["jkt"]).ShouldBe(key.Jkt);
        agency.Prepare = new TestDpopKey(server).Attach;
        await IsRefusedAsync(agency.RefreshAsync((string)second["refresh_token"]!), "invalid_grant");
    }

    [Fact(DisplayName = "RFC 9449 §5: a confidential client may change its key")]
    public async Task Confidential_refresh()
    {
        var (agency, _, browser) = await EnterAsync();
        using var open = browser;
        var first = (string)(await agency.GetTokensAsync(browser, Offline))["refresh_token"]!;
        var next = new TestDpopKey(server);

        agency.Prepare = next.Attach;
        var second = await (await agency.RefreshAsync(first)).JsonAsync();

        ((string?)Jwt.Claims((string)second["access_token"]!)["cnf"]!["jkt"]).ShouldBe(next.Jkt);
    }

    [Fact(DisplayName = "RFC 9449 §11.1: a proof works once, of a hundred uses at once too")]
    public async Task Race_at_userinfo()
    {
        var (agency, key, browser) = await EnterAsync();
        using var open = browser;
        var access = (string)(await agency.GetTokensAsync(browser))["access_token"]!;
        var proof = key.Proof("GET", "/connect/userinfo", access);
        agency.Prepare = request => request.Headers.Add("DPoP", proof);

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => agency.UserInfoAsync(access, "DPoP")));

        answers.Count(a => a.StatusCode == HttpStatusCode.OK).ShouldBe(1);
        await IsChallengedAsync(agency.UserInfoAsync(access, "DPoP"), "invalid_dpop_proof");
    }

    [Fact(DisplayName = "FAPI 2.0 §5.3.2.1: a refresh token is not replaced and works again; one proof of a hundred uses works once")]
    public async Task Fapi2_refresh()
    {
        var (agency, key, browser) = await EnterAsync(a => BeFapi2(a));
        using var open = browser;
        var tokens = await agency.GetTokensAsync(browser, Offline);
        var refresh = (string)tokens["refresh_token"]!;

        for (var i = 0; i < 3; i++)
        {
            var again = await (await agency.RefreshAsync(refresh)).JsonAsync();
            again.ContainsKey("refresh_token").ShouldBeFalse();
            (await agency.UserInfoAsync((string)again["access_token"]!, "DPoP")).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        var proof = key.Proof("POST", "/connect/token");
        agency.Prepare = request => request.Headers.Add("DPoP", proof);
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => agency.RefreshAsync(refresh)));
        answers.Count(a => a.StatusCode == HttpStatusCode.OK).ShouldBe(1);

        agency.Prepare = key.Attach;
        (await agency.RefreshAsync(refresh)).StatusCode.ShouldBe(HttpStatusCode.OK);
        ((bool)(await (await agency.PostAsync("/connect/introspect", new() { ["token"] = refresh })).JsonAsync())["active"]!).ShouldBeTrue();

        // Each use looks at the row: it is the only thing that ends the token.
        (await server.ExecuteAsync(
            "UPDATE refresh_tokens SET status = 2 WHERE grant_id IN (SELECT id FROM grants WHERE client_id = @client)",
            p => p.Add("client", agency.ClientId))).ShouldBe(1);
        await IsRefusedAsync(agency.RefreshAsync(refresh), "invalid_grant");
    }

    [Fact(DisplayName = "FAPI 2.0: its clients push their requests and send proofs, or get nothing")]
    public async Task Fapi2_rules()
    {
        var (agency, key, browser) = await EnterAsync(a => BeFapi2(a));
        using var open = browser;
        (await browser.GetAsync(agency.AuthorizeAddress())).Redirect().Query()["error"].ShouldBe("invalid_request");
        await IsRefusedAsync(agency.PostAsync("/connect/par", agency.Request(r => r.Remove("redirect_uri"))), "invalid_request");
        await IsRefusedAsync(agency.PostAsync("/connect/par", agency.Request(r => r.Remove("code_challenge"))), "invalid_request");
        var pushed = await (await agency.PostAsync("/connect/par", agency.Request())).JsonAsync(HttpStatusCode.Created);
        ((long)pushed["expires_in"]!).ShouldBeLessThan(600);

        agency.Prepare = _ => { };
        var code = await agency.EnterAsync(browser);
        await IsRefusedAsync(agency.RedeemAsync(code), "invalid_dpop_proof");
        agency.Prepare = key.Attach;
        (await agency.RedeemAsync(code)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_proof_is_not_used_up_by_a_request_that_fails_for_another_reason()
    {
        var (agency, key, browser) = await EnterAsync();
        using var open = browser;
        var proof = key.Proof("POST", "/connect/par");
        agency.Prepare = request => request.Headers.Add("DPoP", proof);

        await IsRefusedAsync(agency.PostAsync("/connect/par", agency.Request(r => r["scope"] = "everything")), "invalid_scope");
        (await agency.PostAsync("/connect/par", agency.Request())).StatusCode.ShouldBe(HttpStatusCode.Created);
        await IsRefusedAsync(agency.PostAsync("/connect/par", agency.Request()), "invalid_dpop_proof");
    }

    private static void BeFapi2(TestAgency agency)
    {
        agency.Metadata["moi_profile"] = "fapi2";
        agency.Metadata["dpop_bound_access_tokens"] = true;
    }

    private static async Task IsRefusedAsync(Task<HttpResponseMessage> request, string error)
        => ((string?)(await (await request).JsonAsync(HttpStatusCode.BadRequest))["error"]).ShouldBe(error);

    private static async Task IsChallengedAsync(Task<HttpResponseMessage> request, string error, string scheme = "DPoP")
    {
        var answer = await request;
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        answer.Headers.WwwAuthenticate.Single(challenge => challenge.Scheme == scheme).Parameter!.ShouldContain($"error=\"{error}\"");
        answer.Headers.WwwAuthenticate.Single(challenge => challenge.Scheme == "DPoP").Parameter!.ShouldContain("algs=\"ES256 PS256\"");
    }

    /// <summary>An agency that sends a proof with every request, and a browser in which a citizen has agreed.</summary>
    private async Task<(TestAgency Agency, TestDpopKey Key, TestBrowser Browser)> EnterAsync(Action<TestAgency>? bend = null)
    {
        var agency = await server.NewAgencyAsync(bend);
        var key = new TestDpopKey(server);
        agency.Prepare = key.Attach;
        var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        await agency.EnterAsync(browser, Offline);
        return (agency, key, browser);
    }
}

[Collection<OnBoundSqlite>]
public sealed class SqliteDpopTests(SqliteBoundServer server) : DpopTests(server);

[Collection<OnBoundPostgres>]
public sealed class PostgresDpopTests(PostgresBoundServer server) : DpopTests(server);
