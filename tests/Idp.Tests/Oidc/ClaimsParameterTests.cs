using System.Net;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>OpenID Connect Core §5.5: claims that are asked for one by one.</summary>
public abstract class ClaimsParameterTests(OidcServer server)
{
    [Fact(DisplayName = "OpenID Connect Core §5.5: claims come where they were asked for, and nothing else does")]
    public async Task One_by_one()
    {
        var (agency, browser, citizen) = await EnterAsync();
        using var open = browser;

        var tokens = await agency.GetTokensAsync(browser, Ask("""{"userinfo":{"nickname":{"essential":true},"acr":null,"email":null},"id_token":{"locale":null,"unknown":null},"x":7}"""));

        var id = Jwt.Claims((string)tokens["id_token"]!);
        ((string?)id["locale"]).ShouldBe("zh-TW");
        id.ContainsKey("nickname").ShouldBeFalse();
        var claims = await (await agency.UserInfoAsync((string)tokens["access_token"]!)).JsonAsync();
        claims.Select(c => c.Key).Order(StringComparer.Ordinal).ShouldBe(["acr", "nickname", "sub"]);
        ((string?)claims["nickname"]).ShouldBe(citizen.Label);
        ((string?)claims["acr"]).ShouldBe("urn:moi:acr:1");
    }

    [Fact]
    public async Task A_refresh_gives_the_same_claims()
    {
        var (agency, browser, citizen) = await EnterAsync();
        using var open = browser;
        var tokens = await agency.GetTokensAsync(browser, r =>
        {
            Ask("""{"userinfo":{"nickname":null,"auth_time":null},"id_token":{"nickname":null}}""")(r);
            r["scope"] = "openid offline_access";
        });

        var refreshed = await (await agency.RefreshAsync((string)tokens["refresh_token"]!)).JsonAsync();

        ((string?)Jwt.Claims((string)refreshed["id_token"]!)["nickname"]).ShouldBe(citizen.Label);
        var claims = await (await agency.UserInfoAsync((string)refreshed["access_token"]!)).JsonAsync();
        claims.Select(c => c.Key).Order(StringComparer.Ordinal).ShouldBe(["auth_time", "nickname", "sub"]);
    }

    [Fact(DisplayName = "OpenID Connect Core §5.5: the citizen agrees to claims asked for one by one")]
    public async Task Consent()
    {
        var (agency, browser, citizen) = await EnterAsync();
        using var open = browser;
        await agency.EnterAsync(browser, r => r["scope"] = "openid");

        var page = (await browser.GetAsync(await agency.PushAsync(Ask("""{"userinfo":{"nickname":null}}""")))).Redirect();

        page.AbsolutePath.ShouldBe("/consent");
        var html = WebUtility.HtmlDecode(await (await browser.GetAsync(page.PathAndQuery)).Content.ReadAsStringAsync());
        html.ShouldContain(citizen.Label);
        html.ShouldNotContain("使用語言");
        (await ConsentForm.AnswerAsync(browser, page, agree: true)).Query().ShouldContainKey("code");
        (await browser.GetAsync(await agency.PushAsync(Ask("""{"id_token":{"nickname":null}}""")))).Redirect().Query().ShouldContainKey("code");
    }

    [Fact]
    public async Task A_client_gets_the_claims_it_is_registered_for()
    {
        var (agency, browser, _) = await EnterAsync(a =>
        {
            a.Metadata["scope"] = "openid";
            a.Metadata["moi_claims"] = new System.Text.Json.Nodes.JsonArray("locale");
        });
        using var open = browser;

        var tokens = await agency.GetTokensAsync(browser, Ask("""{"userinfo":{"nickname":null,"locale":null},"id_token":{"nickname":null}}"""));

        Jwt.Claims((string)tokens["id_token"]!).ContainsKey("nickname").ShouldBeFalse();
        (await (await agency.UserInfoAsync((string)tokens["access_token"]!)).JsonAsync()).Select(c => c.Key).Order(StringComparer.Ordinal).ShouldBe(["locale", "sub"]);
    }

    [Fact]
    public async Task A_client_that_may_no_longer_ask_for_a_claim_gets_no_new_token_with_it()
    {
        var (agency, browser, _) = await EnterAsync(a => a.Metadata["moi_claims"] = new System.Text.Json.Nodes.JsonArray("nickname", "locale"));
        using var open = browser;
        var tokens = await agency.GetTokensAsync(browser, r =>
        {
            Ask("""{"userinfo":{"nickname":null,"locale":null},"id_token":{"nickname":null,"locale":null}}""")(r);
            r["scope"] = "openid offline_access";
        });
        agency.Metadata["moi_claims"] = new System.Text.Json.Nodes.JsonArray("locale");
        await agency.RegisterAsync();

        var refreshed = await (await agency.RefreshAsync((string)tokens["refresh_token"]!)).JsonAsync();

        var id = Jwt.Claims((string)refreshed["id_token"]!);
        (id.ContainsKey("nickname"), id.ContainsKey("locale")).ShouldBe((false, true));
        (await (await agency.UserInfoAsync((string)refreshed["access_token"]!)).JsonAsync()).Select(c => c.Key).Order(StringComparer.Ordinal)
            .ShouldBe(["locale", "sub"]);
    }

    [Theory(DisplayName = "OpenID Connect Core §5.5: what is not a claims request is refused")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("""{"userinfo":7}""")]
    [InlineData("""{"userinfo":null}""")]
    [InlineData("""{"id_token":{"acr":7}}""")]
    [InlineData("""{"id_token":{"acr":{"essential":"true"}}}""")]
    [InlineData("""{"id_token":{"acr":{"values":"urn:moi:acr:1"}}}""")]
    [InlineData("""{"id_token":{"acr":null,"acr":null}}""")]
    [InlineData("""{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":7}}}}}}}}}""")]
    public async Task Refused(string claims)
    {
        var (agency, browser, _) = await EnterAsync();
        using var open = browser;

        ((string?)(await (await agency.PostAsync("/connect/par", agency.Request(Ask(claims)))).JsonAsync(HttpStatusCode.BadRequest))["error"]).ShouldBe("invalid_request");
        if (claims.Length > 0)
        {
            (await browser.GetAsync(agency.AuthorizeAddress(Ask(claims)))).Redirect().Query()["error"].ShouldBe("invalid_request");
        }
    }

    [Theory(DisplayName = "OpenID Connect Core §5.5.1.1: an essential acr that cannot be met is an error, a voluntary one is not")]
    [InlineData("""{"id_token":{"acr":{"essential":true,"values":["urn:moi:acr:3"]}}}""", "unmet_authentication_requirements")]
    [InlineData("""{"id_token":{"acr":{"essential":true,"value":"urn:other"}}}""", "unmet_authentication_requirements")]
    [InlineData("""{"id_token":{"acr":{"essential":true,"values":["urn:moi:acr:3","urn:moi:acr:1"]}}}""", null)]
    [InlineData("""{"id_token":{"acr":{"essential":true}}}""", null)]
    [InlineData("""{"id_token":{"acr":{"values":["urn:moi:acr:3"]}}}""", null)]
    public async Task Essential_acr(string claims, string? error)
    {
        var (agency, browser, _) = await EnterAsync();
        using var open = browser;
        await agency.EnterAsync(browser);

        var answer = (await browser.GetAsync(await agency.PushAsync(Ask(claims)))).Redirect().Query();

        answer.GetValueOrDefault("error").ShouldBe(error);
    }

    [Fact(DisplayName = "OpenID Connect Core §5.5.1: a value of sub names the citizen who is expected")]
    public async Task Expected_subject()
    {
        var (agency, browser, _) = await EnterAsync();
        using var open = browser;
        var subject = (string)Jwt.Claims((string)(await agency.GetTokensAsync(browser))["id_token"]!)["sub"]!;
        using var other = server.NewBrowser();
        await server.SignInAsync(other, await server.NewCitizenAsync());
        await agency.EnterAsync(other);
        var asked = Ask($$$$"""{"id_token":{"sub":{"value":"{{{{subject}}}}"}}}""");

        (await browser.GetAsync(await agency.PushAsync(asked))).Redirect().Query().ShouldContainKey("code");
        (await other.GetAsync(await agency.PushAsync(asked))).Redirect().AbsolutePath.ShouldBe("/sign-in");
        (await other.GetAsync(await agency.PushAsync(r =>
        {
            asked(r);
            r["prompt"] = "none";
        }))).Redirect().Query()["error"].ShouldBe("login_required");
    }

    private static Action<Dictionary<string, string>> Ask(string claims) => r =>
    {
        r["scope"] = "openid";
        r["claims"] = claims;
    };

    private async Task<(TestAgency Agency, TestBrowser Browser, TestCitizen Citizen)> EnterAsync(Action<TestAgency>? bend = null)
    {
        var agency = await server.NewAgencyAsync(bend);
        var citizen = await server.NewCitizenAsync("阿明");
        var browser = server.NewBrowser();
        await server.SignInAsync(browser, citizen);
        return (agency, browser, citizen);
    }
}

[Collection<OnSqlite>]
public sealed class SqliteClaimsParameterTests(SqliteOidcServer server) : ClaimsParameterTests(server);

[Collection<OnPostgres>]
public sealed class PostgresClaimsParameterTests(PostgresOidcServer server) : ClaimsParameterTests(server);
