using System.Net;
using System.Text.RegularExpressions;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>How the answer reaches the client: by the address or by a form, plain or signed (JARM).</summary>
public abstract partial class ResponseModeTests(OidcServer server)
{
    [Theory(DisplayName = "JARM §2.1: the answer is one signed parameter, for this client and for ten minutes")]
    [InlineData("jwt", null, "ES256")]
    [InlineData("query.jwt", "PS256", "PS256")]
    [InlineData("query.jwt", "RS256", "RS256")]
    public async Task By_signature(string mode, string? registered, string alg)
    {
        var (agency, browser) = await EnterAsync(registered);
        using var open = browser;

        var answer = (await browser.GetAsync(await agency.PushAsync(r => r["response_mode"] = mode))).Redirect();

        answer.GetLeftPart(UriPartial.Path).ShouldBe(agency.RedirectUri);
        answer.Query().Keys.ShouldBe(["response"]);
        var claims = await Jwt.VerifiedAsync(server, answer.Query()["response"], alg);
        claims.Select(c => c.Key).Order(StringComparer.Ordinal).ShouldBe(["aud", "code", "exp", "iat", "iss", "state"]);
        ((string?)claims["iss"]).ShouldBe(OidcServer.Issuer);
        ((string?)claims["aud"]).ShouldBe(agency.ClientId);
        ((string?)claims["state"]).ShouldBe("state-1");
        ((long)claims["exp"]!).ShouldBe(server.Time.GetUtcNow().AddMinutes(10).ToUnixTimeSeconds());
        (await agency.RedeemAsync((string)claims["code"]!)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory(DisplayName = "JARM §2.1: errors are signed too")]
    [InlineData("prompt", "none login", "invalid_request")]
    [InlineData("scope", "openid everything", "invalid_scope")]
    [InlineData("acr_values", "urn:other", "unmet_authentication_requirements")]
    public async Task Signed_errors(string parameter, string value, string error)
    {
        var (agency, browser) = await EnterAsync();
        using var open = browser;

        var answer = (await browser.GetAsync(agency.AuthorizeAddress(r =>
        {
            r["response_mode"] = "jwt";
            r[parameter] = value;
        }))).Redirect();

        answer.Query().Keys.ShouldBe(["response"]);
        var claims = await Jwt.VerifiedAsync(server, answer.Query()["response"]);
        ((string?)claims["error"]).ShouldBe(error);
        ((string?)claims["state"]).ShouldBe("state-1");
        claims.ContainsKey("code").ShouldBeFalse();
    }

    [Theory(DisplayName = "Form Post Response Mode §2: a form with the answer, a button, and no script inside the page")]
    [InlineData("form_post")]
    [InlineData("form_post.jwt")]
    public async Task By_form(string mode)
    {
        var (agency, browser) = await EnterAsync();
        using var open = browser;

        var answer = await browser.GetAsync(await agency.PushAsync(r => (r["response_mode"], r["state"]) = (mode, "\"><script>alert(1)</script>")));

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        answer.Headers.GetValues("Content-Security-Policy").Single().ShouldEndWith($"; form-action 'self' {agency.Host}");
        var html = await answer.Content.ReadAsStringAsync();
        html.ShouldNotContain("<script>");
        html.ShouldContain("正在返回「建照申辦」");
        html.ShouldContain("js/submit.js");
        html.ShouldNotContain("hreflang");
        var form = Form().Match(html);
        form.Groups["action"].Value.ShouldBe(agency.RedirectUri);
        form.Value.ShouldContain("<button class=\"btn\">繼續</button>");
        var fields = Field().Matches(form.Value).ToDictionary(m => m.Groups["name"].Value, m => WebUtility.HtmlDecode(m.Groups["value"].Value));
        if (mode == "form_post")
        {
            fields.Keys.Order(StringComparer.Ordinal).ShouldBe(["code", "iss", "state"]);
            fields["state"].ShouldBe("\"><script>alert(1)</script>");
            (await agency.RedeemAsync(fields["code"])).StatusCode.ShouldBe(HttpStatusCode.OK);
        }
        else
        {
            fields.Keys.ShouldBe(["response"]);
            ((string?)(await Jwt.VerifiedAsync(server, fields["response"]))["state"]).ShouldBe("\"><script>alert(1)</script>");
        }
    }

    [Fact(DisplayName = "R10: an error by form goes to the registered address, encoded, in the language that was asked for")]
    public async Task R10_error()
    {
        var (agency, browser) = await EnterAsync();
        using var open = browser;

        var answer = await browser.GetAsync(agency.AuthorizeAddress(r =>
        {
            r["response_mode"] = "form_post";
            r["scope"] = "openid everything";
            r["state"] = "<b>";
            r["ui_locales"] = "en";
        }));

        var html = await answer.Content.ReadAsStringAsync();
        Form().Match(html).Groups["action"].Value.ShouldBe(agency.RedirectUri);
        html.ShouldNotContain("<b>");
        html.ShouldContain("Going back to Building permits");
        Field().Matches(html).Single(m => m.Groups["name"].Value == "error").Groups["value"].Value.ShouldBe("invalid_scope");
    }

    [Fact(DisplayName = "FAPI 2.0 §5.3.2.2: the browser is sent to the client with 303")]
    public async Task See_other()
    {
        var (agency, browser) = await EnterAsync();
        using var open = browser;

        (await browser.GetAsync(await agency.PushAsync())).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        (await browser.GetAsync(agency.AuthorizeAddress(r => r["scope"] = "openid everything"))).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
    }

    [GeneratedRegex("<form method=\"post\" action=\"(?<action>http[^\"]*)\".*?</form>", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex Form();

    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>[^\"]*)\" value=\"(?<value>[^\"]*)\">", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Field();

    private async Task<(TestAgency Agency, TestBrowser Browser)> EnterAsync(string? alg = null)
    {
        var agency = await server.NewAgencyAsync(a =>
        {
            if (alg is not null)
            {
                a.Metadata["authorization_signed_response_alg"] = alg;
            }
        });
        var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        await agency.EnterAsync(browser);
        return (agency, browser);
    }
}

[Collection<OnSqlite>]
public sealed class SqliteResponseModeTests(SqliteOidcServer server) : ResponseModeTests(server);

[Collection<OnPostgres>]
public sealed class PostgresResponseModeTests(PostgresOidcServer server) : ResponseModeTests(server);
