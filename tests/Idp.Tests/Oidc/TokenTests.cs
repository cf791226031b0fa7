using System.Net;
using System.Text.Json.Nodes;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>What codes and refresh tokens are good for, and what ends them.</summary>
public abstract class TokenTests(OidcServer server)
{
    private static void Offline(Dictionary<string, string> request) => request["scope"] = "openid profile offline_access";

    [Fact(DisplayName = "T1: another client that presents a code is refused, and the code is dead")]
    public async Task T1_code()
    {
        var (agency, browser, _) = await EnterAsync();
        using var open = browser;
        var thief = await server.NewAgencyAsync();
        var code = await agency.EnterAsync(browser);

        await IsRefusedAsync(thief.RedeemAsync(code, f => f["redirect_uri"] = agency.RedirectUri), "invalid_grant");
        await IsRefusedAsync(agency.RedeemAsync(code), "invalid_grant");
    }

    [Fact(DisplayName = "T1: another client that presents a refresh token is refused, and the grant is revoked")]
    public async Task T1_refresh()
    {
        var (agency, browser, _) = await EnterAsync();
        using var open = browser;
        var thief = await server.NewAgencyAsync();
        var tokens = await agency.GetTokensAsync(browser, Offline);

        await IsRefusedAsync(thief.RefreshAsync((string)tokens["refresh_token"]!), "invalid_grant");
        await IsRefusedAsync(agency.RefreshAsync((string)tokens["refresh_token"]!), "invalid_grant");
        (await agency.UserInfoAsync((string)tokens["access_token"]!)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact(DisplayName = "T3: a code used twice ends the tokens of the first use")]
    public async Task T3()
    {
        var (agency, browser, _) = await EnterAsync();
        using var open = browser;
        var code = await agency.EnterAsync(browser, Offline);
        var tokens = await (await agency.RedeemAsync(code)).JsonAsync();

        await IsRefusedAsync(agency.RedeemAsync(code), "invalid_grant");

        await IsRefusedAsync(agency.RefreshAsync((string)tokens["refresh_token"]!), "invalid_grant");
        (await agency.UserInfoAsync((string)tokens["access_token"]!)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact(DisplayName = "T3: after that, the same session can enter again")]
    public async Task T3_afterwards()
    {
        var (agency, browser, _) = await EnterAsync();
        using var open = browser;
        var code = await agency.EnterAsync(browser);
        await agency.RedeemAsync(code);
        await agency.RedeemAsync(code);

        var tokens = await agency.GetTokensAsync(browser);

        (await agency.UserInfoAsync((string)tokens["access_token"]!)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact(DisplayName = "T4: of a hundred uses of one refresh token at once, one succeeds at most, and nothing of it lasts")]
    public async Task T4()
    {
        var (agency, browser, _) = await EnterAsync();
        using var open = browser;
        var tokens = await agency.GetTokensAsync(browser, Offline);

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => agency.RefreshAsync((string)tokens["refresh_token"]!)));

        var winner = answers.Single(a => a.StatusCode == HttpStatusCode.OK);
        var won = await winner.JsonAsync();
        await IsRefusedAsync(agency.RefreshAsync((string)won["refresh_token"]!), "invalid_grant");
        (await agency.UserInfoAsync((string)won["access_token"]!)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    /// <summary>Seen failing on 2026-11-26, when the first use looked at the grant after it had spent the code.</summary>
    [Fact(DisplayName = "T3: a second use that comes before the first is answered takes no answer from it, and ends what it gave")]
    public async Task T3_between()
    {
        var (agency, browser, _) = await EnterAsync();
        using var open = browser;
        var code = await agency.EnterAsync(browser, Offline);
        Outage.Of(server.Services).AfterExchange(() => IsRefusedAsync(agency.RedeemAsync(code), "invalid_grant"));

        var tokens = await (await agency.RedeemAsync(code)).JsonAsync();

        await IsRefusedAsync(agency.RefreshAsync((string)tokens["refresh_token"]!), "invalid_grant");
        (await agency.UserInfoAsync((string)tokens["access_token"]!)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    /// <summary>Seen failing on 2026-11-26, with a store that reads before it writes.</summary>
    [Fact(DisplayName = "T3: of a hundred uses of one code at once exactly one succeeds, and nothing of it lasts")]
    public async Task T3_race()
    {
        var (agency, browser, _) = await EnterAsync();
        using var open = browser;
        for (var round = 0; round < 5; round++)
        {
            var code = await agency.EnterAsync(browser, Offline);

            var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => agency.RedeemAsync(code)));

            var won = await answers.Single(a => a.StatusCode == HttpStatusCode.OK).JsonAsync();
            answers.Count(a => a.StatusCode == HttpStatusCode.BadRequest).ShouldBe(99);
            await IsRefusedAsync(agency.RefreshAsync((string)won["refresh_token"]!), "invalid_grant");
            (await agency.UserInfoAsync((string)won["access_token"]!)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    public async Task A_refresh_token_is_good_once_and_its_successor_after_it()
    {
        var (agency, browser, _) = await EnterAsync();
        using var open = browser;
        var first = await agency.GetTokensAsync(browser, Offline);

        var second = await (await agency.RefreshAsync((string)first["refresh_token"]!)).JsonAsync();
        var third = await (await agency.RefreshAsync((string)second["refresh_token"]!)).JsonAsync();

        var subject = (string?)Jwt.Claims((string)first["id_token"]!)["sub"];
        ((string?)Jwt.Claims((string)third["id_token"]!)["sub"]).ShouldBe(subject);
        await IsRefusedAsync(agency.RefreshAsync((string)first["refresh_token"]!), "invalid_grant");
        await IsRefusedAsync(agency.RefreshAsync((string)third["refresh_token"]!), "invalid_grant");
    }

    [Fact(DisplayName = "T5: a refresh token that was used is still known as used after a restart")]
    public async Task T5()
    {
        var (agency, browser, _) = await EnterAsync();
        using var open = browser;
        var first = await agency.GetTokensAsync(browser, Offline);
        var second = await (await agency.RefreshAsync((string)first["refresh_token"]!)).JsonAsync();

        await server.RestartAsync();
        agency.Reconnect();

        await IsRefusedAsync(agency.RefreshAsync((string)first["refresh_token"]!), "invalid_grant");
        await IsRefusedAsync(agency.RefreshAsync((string)second["refresh_token"]!), "invalid_grant");
    }

    [Fact]
    public async Task Refresh_tokens_ID_token_hints_and_keys_survive_a_restart()
    {
        var (agency, browser, _) = await EnterAsync();
        using var open = browser;
        var tokens = await agency.GetTokensAsync(browser, Offline);
        var kid = (string?)Jwt.Header((string)tokens["id_token"]!)["kid"];

        await server.RestartAsync();
        agency.Reconnect();

        var refreshed = await (await agency.RefreshAsync((string)tokens["refresh_token"]!)).JsonAsync();
        ((string?)Jwt.Header((string)refreshed["id_token"]!)["kid"]).ShouldBe(kid);
        (await agency.UserInfoAsync((string)tokens["access_token"]!)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory(DisplayName = "T6: what ends a citizen's access ends it at the next use")]
    [InlineData("UPDATE citizens SET status = 1 WHERE id = @citizen")]
    [InlineData("UPDATE credentials SET status = 2 WHERE citizen_id = @citizen")]
    [InlineData("DELETE FROM credentials WHERE citizen_id = @citizen")]
    [InlineData("UPDATE grants SET status = 1 WHERE citizen_id = @citizen")]
    public async Task T6(string sql)
    {
        var (agency, browser, citizen) = await EnterAsync();
        using var open = browser;
        var tokens = await agency.GetTokensAsync(browser, Offline);
        var code = await agency.EnterAsync(browser);

        await server.ExecuteAsync(sql, p => p.Add("citizen", citizen.Id));

        await IsRefusedAsync(agency.RefreshAsync((string)tokens["refresh_token"]!), "invalid_grant");
        await IsRefusedAsync(agency.RedeemAsync(code), "invalid_grant");
        (await agency.UserInfoAsync((string)tokens["access_token"]!)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        ((bool)(await IntrospectAsync(agency, (string)tokens["access_token"]!))["active"]!).ShouldBeFalse();
        ((bool)(await IntrospectAsync(agency, (string)tokens["refresh_token"]!))["active"]!).ShouldBeFalse();
    }

    [Fact(DisplayName = "T6: a suspended client's tokens end at the next use")]
    public async Task T6_client()
    {
        var (agency, browser, _) = await EnterAsync();
        using var open = browser;
        var tokens = await agency.GetTokensAsync(browser, Offline);
        agency.Metadata["moi_status"] = "suspended";
        await agency.RegisterAsync();

        await IsRefusedAsync(agency.RefreshAsync((string)tokens["refresh_token"]!), "invalid_client", HttpStatusCode.Unauthorized);
        (await agency.UserInfoAsync((string)tokens["access_token"]!)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory(DisplayName = "S8: a citizen who was suspended is stopped at the start and at redemption")]
    [InlineData("UPDATE citizens SET status = 1 WHERE id = @citizen")]
    [InlineData("UPDATE credentials SET status = 2 WHERE citizen_id = @citizen")]
    public async Task S8(string sql)
    {
        var (agency, browser, citizen) = await EnterAsync();
        using var open = browser;
        var code = await agency.EnterAsync(browser);

        await server.ExecuteAsync(sql, p => p.Add("citizen", citizen.Id));

        await IsRefusedAsync(agency.RedeemAsync(code), "invalid_grant");
        (await browser.GetAsync(await agency.PushAsync())).Redirect().AbsolutePath.ShouldBe("/sign-in");
        (await browser.GetAsync(await agency.PushAsync(r => r["prompt"] = "none"))).Redirect().Query()["error"].ShouldBe("login_required");
    }

    [Theory(DisplayName = "T9: a token request without what it exchanges, or of another kind, is refused")]
    [InlineData("authorization_code", "invalid_request")]
    [InlineData("refresh_token", "invalid_request")]
    [InlineData("urn:ietf:params:oauth:grant-type:token-exchange", "invalid_request")]
    [InlineData("urn:ietf:params:oauth:grant-type:device_code", "invalid_request")]
    [InlineData("client_credentials", "unauthorized_client")]
    [InlineData("password", "unsupported_grant_type")]
    [InlineData("", "invalid_request")]
    public async Task T9(string grant, string error)
    {
        var agency = await server.NewAgencyAsync();
        await IsRefusedAsync(agency.PostAsync("/connect/token", new() { ["grant_type"] = grant }), error);
    }

    /// <summary>Seen failing on 2026-11-27: <c>invalid_grant</c>, by which clients give the refresh token up.</summary>
    [Fact(DisplayName = "T11: a refresh cannot ask for more than was granted, and may ask for less")]
    public async Task T11()
    {
        var (agency, browser, _) = await EnterAsync();
        using var open = browser;
        var tokens = await agency.GetTokensAsync(browser, r => r["scope"] = "openid offline_access");

        await IsRefusedAsync(
            agency.RefreshAsync((string)tokens["refresh_token"]!, f => f["scope"] = "openid profile offline_access"), "invalid_scope", null);
        var less = await (await agency.RefreshAsync((string)tokens["refresh_token"]!, f => f["scope"] = "openid")).JsonAsync();
        ((string?)Jwt.Claims((string)less["access_token"]!)["scope"]).ShouldBe("openid");
    }

    [Theory]
    [InlineData("code_verifier", "another-verifier-another-verifier-another-verif")]
    [InlineData("code_verifier", null)]
    [InlineData("redirect_uri", "http://evil.example/callback")]
    public async Task A_code_needs_the_verifier_and_the_address_it_was_asked_with(string parameter, string? value)
    {
        var (agency, browser, _) = await EnterAsync();
        using var open = browser;
        var code = await agency.EnterAsync(browser);

        var answer = await agency.RedeemAsync(code, f =>
        {
            f.Remove(parameter);
            if (value is not null)
            {
                f[parameter] = value;
            }
        });

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Codes_and_tokens_end_in_time()
    {
        var (agency, browser, _) = await EnterAsync();
        using var open = browser;
        var code = await agency.EnterAsync(browser);
        var tokens = await agency.GetTokensAsync(browser, Offline);
        ((long)tokens["expires_in"]!).ShouldBeInRange(298, 300);

        server.Time.Advance(TimeSpan.FromSeconds(61));
        await IsRefusedAsync(agency.RedeemAsync(code), "invalid_grant");
        (await agency.UserInfoAsync((string)tokens["access_token"]!)).StatusCode.ShouldBe(HttpStatusCode.OK);

        server.Time.Advance(TimeSpan.FromMinutes(5));
        (await agency.UserInfoAsync((string)tokens["access_token"]!)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        var refreshed = await (await agency.RefreshAsync((string)tokens["refresh_token"]!)).JsonAsync();

        server.Time.AdjustTime(server.Time.GetUtcNow() + TimeSpan.FromDays(15));
        await IsRefusedAsync(agency.RefreshAsync((string)refreshed["refresh_token"]!), "invalid_grant");
    }

    [Theory(DisplayName = "S13: made-up codes, tokens and cookies open nothing")]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("CfDJ8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.")]
    public async Task S13(string value)
    {
        var agency = await server.NewAgencyAsync();
        ((int)(await agency.RedeemAsync(value)).StatusCode).ShouldBe(400);
        ((int)(await agency.RefreshAsync(value)).StatusCode).ShouldBe(400);
        ((int)(await agency.UserInfoAsync(value.Length == 0 ? "e" : value)).StatusCode).ShouldBe(401);
        using var browser = server.NewBrowser();
        browser.Cookies["moi-session"] = value;
        (await browser.GetAsync(await agency.PushAsync())).Redirect().AbsolutePath.ShouldBe("/sign-in");
    }

    [Fact(DisplayName = "S13: the content of a code, read from the store, is not a code")]
    public async Task S13_payload()
    {
        var (agency, browser, _) = await EnterAsync();
        using var open = browser;
        var tokens = await agency.GetTokensAsync(browser, Offline);

        // A refresh token is such a content: protected by the same key ring.
        await IsRefusedAsync(agency.RedeemAsync((string)tokens["refresh_token"]!), "invalid_grant");
        await IsRefusedAsync(agency.RefreshAsync((string)tokens["id_token"]!), "invalid_grant");
        (await agency.UserInfoAsync((string)tokens["id_token"]!)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private static async Task<JsonObject> IntrospectAsync(TestAgency agency, string token)
        => await (await agency.PostAsync("/connect/introspect", new() { ["token"] = token })).JsonAsync();

    private static async Task IsRefusedAsync(
        Task<HttpResponseMessage> request, string error, HttpStatusCode? status = HttpStatusCode.BadRequest)
    {
        var answer = await request;
        var text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeFalse(text);
        var body = JsonNode.Parse(text)!.AsObject();
        if (status is not null)
        {
            answer.StatusCode.ShouldBe(status.Value, text);
            ((string?)body["error"]).ShouldBe(error, text);
        }

        ((string)body["error_uri"]!).ShouldStartWith(OidcServer.Issuer + "errors/MOI-");
        text.ShouldNotContain("openiddict", Case.Insensitive);
    }

    private async Task<(TestAgency Agency, TestBrowser Browser, TestCitizen Citizen)> EnterAsync()
    {
        var agency = await server.NewAgencyAsync();
        var citizen = await server.NewCitizenAsync();
        var browser = server.NewBrowser();
        await server.SignInAsync(browser, citizen);
        await agency.EnterAsync(browser, Offline);
        return (agency, browser, citizen);
    }
}

[Collection<OnSqlite>]
public sealed class SqliteTokenTests(SqliteOidcServer server) : TokenTests(server);

[Collection<OnPostgres>]
public sealed class PostgresTokenTests(PostgresOidcServer server) : TokenTests(server);
