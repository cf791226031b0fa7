using System.Net;
using System.Text.Json.Nodes;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>RFC 9396: what a client asks for in detail, once.</summary>
public abstract class AuthorizationDetailsTests(OidcServer server)
{
    [Fact(DisplayName = "RFC 9396 §7, §9: details that were agreed to are in the token, its answer and its introspection, also after a refresh")]
    public async Task The_way_of_a_detail()
    {
        var (api, agency, browser) = await EnterAsync();
        using var open = browser;
        var details = api.Details(d => d["note"] = "第二期");

        var tokens = await agency.GetTokensAsync(browser, r =>
        {
            r["scope"] = "openid offline_access";
            r["authorization_details"] = details;
        });
        var refreshed = await (await agency.RefreshAsync((string)tokens["refresh_token"]!)).JsonAsync();

        foreach (var answer in (JsonObject[])[tokens, refreshed])
        {
            Same(answer["authorization_details"], details);
            var access = Jwt.Claims((string)answer["access_token"]!);
            Same(access["authorization_details"], details);
            access["aud"]!.AsArray().Select(a => (string?)a).ShouldContain(api.Identifier);
            Same((await (await api.Agency.IntrospectAsync((string)answer["access_token"]!)).JsonAsync())["authorization_details"], details);
            Same((await (await agency.IntrospectAsync((string)answer["access_token"]!)).JsonAsync())["authorization_details"], details);
        }

        Same((await (await agency.IntrospectAsync((string)refreshed["refresh_token"]!)).JsonAsync())["authorization_details"], details);
        Jwt.Claims((string)tokens["id_token"]!).ContainsKey("authorization_details").ShouldBeFalse();
        Jwt.Claims((string)tokens["access_token"]!).ContainsKey("moi_details").ShouldBeFalse();
    }

    [Fact(DisplayName = "RFC 9396 §2: each registered type has a JSON Schema, which accepts what the server accepts")]
    public async Task Schema()
    {
        var (api, _, browser) = await EnterAsync();
        using var open = browser;
        var detail = JsonNode.Parse(api.Details())!.AsArray()[0]!;
        var address = "/connect/authorization-details?type=" + detail["type"];

        using var answer = await browser.GetAsync(address);
        var schema = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();

        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/schema+json");
        ((string?)schema["$id"]).ShouldBe(OidcServer.Issuer + address[1..]);

        // The library keeps schemas by this name, for the whole process.
        schema.Remove("$id");
        Json.Schema.JsonSchema.FromText(schema.ToJsonString()).Evaluate(System.Text.Json.JsonSerializer.SerializeToElement(detail)).IsValid.ShouldBeTrue();
        foreach (var none in (string[])["?type=none", "", "?type=a&type=b"])
        {
            var refused = await (await browser.GetAsync("/connect/authorization-details" + none)).JsonAsync(HttpStatusCode.NotFound);
            ((string?)refused["error"]).ShouldBe("invalid_authorization_details");
        }
    }

    [Fact]
    public async Task A_client_that_may_no_longer_ask_for_a_type_gets_no_new_token_with_it()
    {
        var (api, agency, browser) = await EnterAsync();
        using var open = browser;
        var tokens = await agency.GetTokensAsync(browser, r =>
        {
            r["scope"] = "openid offline_access";
            r["authorization_details"] = api.Details();
        });
        agency.Metadata["authorization_details_types"] = new JsonArray();
        await agency.RegisterAsync();

        var refreshed = await (await agency.RefreshAsync((string)tokens["refresh_token"]!)).JsonAsync();

        refreshed.ContainsKey("authorization_details").ShouldBeFalse();
        var access = Jwt.Claims((string)refreshed["access_token"]!);
        access.ContainsKey("authorization_details").ShouldBeFalse();
        ((string?)access["aud"]).ShouldBe(OidcServer.Issuer + "connect/userinfo");
    }

    [Fact(DisplayName = "RFC 9396 §11.1: each detail is agreed to each time, in words")]
    public async Task Consent()
    {
        var (api, agency, browser) = await EnterAsync();
        using var open = browser;
        void Ask(Dictionary<string, string> r) => r["authorization_details"] = api.Details(d =>
        {
            d["actions"] = new JsonArray("pay", "receipt");
            d["due"] = "2026-12-31";
            d["note"] = "<b>第二期</b>";
        });

        var page = (await browser.GetAsync(await agency.PushAsync(Ask))).Redirect();
        page.AbsolutePath.ShouldBe("/consent");
        var source = await (await browser.GetAsync(page.PathAndQuery)).Content.ReadAsStringAsync();
        source.ShouldNotContain("<b>第二期");
        var html = WebUtility.HtmlDecode(source);
        foreach (var words in (string[])["繳納一筆稅款", "金額", "新臺幣 12,345.00 元", "房屋稅", "繳納、寄送收據", "2026 年 12 月 31 日（民國 115 年）", "<b>第二期</b>", "由「稅籍資料」辦理", "只用這一次"])
        {
            html.ShouldContain(words);
        }

        html.ShouldNotContain("\"type\"");
        var english = WebUtility.HtmlDecode(await (await browser.GetAsync(page.PathAndQuery + "&ui_locales=en")).Content.ReadAsStringAsync());
        foreach (var words in (string[])["Pay a tax", "NT$12,345.00", "House tax", "pay, send a receipt", "31 December 2026"])
        {
            english.ShouldContain(words);
        }

        (await ConsentForm.AnswerAsync(browser, page, agree: true)).Query().ShouldContainKey("code");
        (await browser.GetAsync(await agency.PushAsync(Ask))).Redirect().AbsolutePath.ShouldBe("/consent");
        (await browser.GetAsync(await agency.PushAsync(r =>
        {
            Ask(r);
            r["prompt"] = "none";
        }))).Redirect().Query()["error"].ShouldBe("consent_required");

        // Without details nothing is asked: the rest was agreed to.
        (await browser.GetAsync(await agency.PushAsync())).Redirect().Query().ShouldContainKey("code");
        (await server.CountAsync(
            "SELECT count(*) FROM audit_events WHERE name = 'consent.granted' AND client_id = @client AND details LIKE @details",
            p => p.Add("client", agency.ClientId).Add("details", $"%details:{api.Payment}%"))).ShouldBe(1);
    }

    [Fact(DisplayName = "RFC 9396 §5: what is not described by its type is refused")]
    public async Task Refused()
    {
        var (api, agency, browser) = await EnterAsync();
        using var open = browser;
        var foreign = await TestResource.NewAsync(server);

        async Task IsRefusedAsync(string details)
            => ((string?)(await (await agency.PostAsync("/connect/par", agency.Request(r => r["authorization_details"] = details)))
                .JsonAsync(HttpStatusCode.BadRequest))["error"]).ShouldBe("invalid_authorization_details", details);

        await IsRefusedAsync("");
        await IsRefusedAsync("[]");
        await IsRefusedAsync("{}");
        await IsRefusedAsync("[7]");
        await IsRefusedAsync("not json");
        await IsRefusedAsync($$"""[{"type":"{{api.Payment}}","type":"{{api.Payment}}"}]""");
        await IsRefusedAsync(foreign.Details());
        await IsRefusedAsync(api.Details(d => d["type"] = "unknown"));
        await IsRefusedAsync(api.Details(d => d.Remove("tax")));
        await IsRefusedAsync(api.Details(d => d["more"] = "x"));
        await IsRefusedAsync(api.Details(d => d["locations"] = new JsonArray("https://evil.example/")));
        await IsRefusedAsync(api.Details(d => d["note"] = new string('x', 201)));
        await IsRefusedAsync("[" + string.Join(',', Enumerable.Repeat(api.Details()[1..^1], 11)) + "]");
        (await agency.PostAsync("/connect/par", agency.Request(r => r["authorization_details"] = api.Details(
            d => d["locations"] = new JsonArray(api.Identifier))))).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact(DisplayName = "RFC 9396 §6: a token request narrows the details, and cannot change them")]
    public async Task Narrower()
    {
        var (api, agency, browser) = await EnterAsync();
        using var open = browser;
        var (one, two) = (api.Details(), api.Details(d => d["tax"] = "land"));
        var both = "[" + one[1..^1] + "," + two[1..^1] + "]";
        void Ask(Dictionary<string, string> r) => (r["scope"], r["authorization_details"]) = ("openid offline_access", both);

        var tokens = await (await agency.RedeemAsync(await agency.EnterAsync(browser, Ask), f => f["authorization_details"] = two)).JsonAsync();
        Same(tokens["authorization_details"], two);
        var all = await (await agency.RefreshAsync((string)tokens["refresh_token"]!)).JsonAsync();
        Same(all["authorization_details"], both);

        var more = await (await agency.RedeemAsync(
            await agency.EnterAsync(browser, Ask), f => f["authorization_details"] = api.Details(d => d["money"]!["amount"] = "99999")))
            .JsonAsync(HttpStatusCode.BadRequest);
        ((string?)more["error"]).ShouldBe("invalid_authorization_details");
    }

    [Fact(DisplayName = "RFC 9396 §9: a resource reads the details that are for it")]
    public async Task For_another_resource()
    {
        var (api, other) = (await TestResource.NewAsync(server), await TestResource.NewAsync(server));
        var agency = await TestResource.NewUserAsync(server, api, other);
        using var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        var both = "[" + api.Details()[1..^1] + "," + other.Details()[1..^1] + "]";
        var code = await agency.EnterAsync(browser, r => (r["scope"], r["authorization_details"]) = ("openid offline_access", both));

        var tokens = await (await agency.RedeemAsync(code)).JsonAsync();
        Same((await (await other.Agency.IntrospectAsync((string)tokens["access_token"]!)).JsonAsync())["authorization_details"], other.Details());
        var narrow = await (await agency.RefreshAsync((string)tokens["refresh_token"]!, f => f["resource"] = api.Identifier)).JsonAsync();
        Same(Jwt.Claims((string)narrow["access_token"]!)["authorization_details"], api.Details());
    }

    [Fact(DisplayName = "RFC 9396 §10: discovery names the types")]
    public async Task Discovery()
    {
        var api = await TestResource.NewAsync(server);

        var types = (await (await server.NewBackChannel().GetAsync("/.well-known/openid-configuration")).JsonAsync())["authorization_details_types_supported"]!;

        types.AsArray().Select(t => (string?)t).ShouldContain(api.Payment);
        api.Agency.Metadata["moi_status"] = "suspended";
        await api.Agency.RegisterAsync();
        var after = (await (await server.NewBackChannel().GetAsync("/.well-known/openid-configuration")).JsonAsync())["authorization_details_types_supported"];
        (after?.AsArray().Select(t => (string?)t) ?? []).ShouldNotContain(api.Payment);
    }

    private static void Same(JsonNode? found, string expected)
        => JsonNode.DeepEquals(found.ShouldNotBeNull().AsArray(), JsonNode.Parse(expected)).ShouldBeTrue(found.ToJsonString());

    private async Task<(TestResource Api, TestAgency Agency, TestBrowser Browser)> EnterAsync()
    {
        var api = await TestResource.NewAsync(server);
        var agency = await TestResource.NewUserAsync(server, api);
        var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        return (api, agency, browser);
    }
}

[Collection<OnSqlite>]
public sealed class SqliteAuthorizationDetailsTests(SqliteOidcServer server) : AuthorizationDetailsTests(server);

[Collection<OnPostgres>]
public sealed class PostgresAuthorizationDetailsTests(PostgresOidcServer server) : AuthorizationDetailsTests(server);
