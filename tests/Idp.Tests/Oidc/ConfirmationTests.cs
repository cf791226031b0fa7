using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Oidc;

[Collection<OnSqlite>]
public sealed class ConfirmationOnSqliteTests(SqliteOidcServer server) : ConfirmationTests(server);

[Collection<OnPostgres>]
public sealed class ConfirmationOnPostgresTests(PostgresOidcServer server) : ConfirmationTests(server);

/// <summary>An agency asks to be sure who is there. The others do not notice.</summary>
public abstract class ConfirmationTests(OidcServer server)
{
    [Theory]
    [InlineData("prompt", "login")]
    [InlineData("max_age", "0")]
    [InlineData("prompt", "select_account")]
    public async Task The_same_citizen_keeps_the_sid_and_no_agency_is_signed_out(string parameter, string value)
    {
        var (first, second) = (await server.NewAgencyAsync(BackChannel), await server.NewAgencyAsync(BackChannel));
        using var browser = server.NewCitizenBrowser();
        await browser.SignUpAsync();
        var before = await EnterAsync(first, browser, []);
        server.Time.Advance(TimeSpan.FromMinutes(3));

        var after = await EnterAsync(second, browser, new() { [parameter] = value });

        after.AuthTime.ShouldBe(server.Time.GetUtcNow().ToUnixTimeSeconds());
        (await NoticesAsync(before)).ShouldBe(0);
        (await EnterAsync(first, browser, new() { ["prompt"] = "none" })).Sid.ShouldBe(before.Sid);
        (await EnterAsync(second, browser, new() { ["prompt"] = "none" })).Sid.ShouldBe(after.Sid);
    }

    [Theory]
    [InlineData("prompt", "login")]
    [InlineData("max_age", "0")]
    public async Task Somebody_else_says_so_and_signs_in(string parameter, string value)
    {
        var agency = await server.NewAgencyAsync(BackChannel);
        using var browser = server.NewCitizenBrowser();
        await browser.SignUpAsync("Father");
        var father = await EnterAsync(agency, browser, []);
        var daughter = new SoftAuthenticator();
        using (var phone = server.NewCitizenBrowser(daughter))
        {
            await phone.SignUpAsync("Daughter");
        }

        server.Time.Advance(TimeSpan.FromMinutes(3));
        using var hers = server.NewCitizenBrowser(daughter);
        foreach (var (name, cookie) in browser.Cookies)
        {
            hers.Cookies[name] = cookie;
        }

        await hers.OpenAsync(agency.AuthorizeAddress(r => r[parameter] = value));
        hers.Page.Text.ShouldContain("Confirm it’s you");
        hers.Page.Text.ShouldContain("Current account: Father");
        await hers.SendAsync(hers.Page.Forms.Single(form => form.Action.Contains("handler=Switch", StringComparison.Ordinal)));
        hers.Page.Text.ShouldNotContain("Father");
        var answer = await ArriveAsync(agency, hers);

        answer.Sid.ShouldNotBe(father.Sid);
        answer.Subject.ShouldNotBe(father.Subject);
        (await NoticesAsync(father)).ShouldBe(1);
    }

    [Fact]
    public async Task After_the_switch_the_same_citizen_may_confirm_all_the_same()
    {
        var agency = await server.NewAgencyAsync(BackChannel);
        using var browser = server.NewCitizenBrowser();
        await browser.SignUpAsync();
        var before = await EnterAsync(agency, browser, []);
        server.Time.Advance(TimeSpan.FromMinutes(3));
        await browser.OpenAsync(agency.AuthorizeAddress(r => r["prompt"] = "login"));
        await browser.SendAsync(browser.Page.Forms.Single(form => form.Action.Contains("handler=Switch", StringComparison.Ordinal)));

        (await ArriveAsync(agency, browser)).Sid.ShouldBe(before.Sid);
        (await NoticesAsync(before)).ShouldBe(0);
    }

    [Theory(DisplayName = "S1: a session that comes after the request does not answer a demand for a touch")]
    [InlineData("login")]
    [InlineData("select_account")]
    public async Task S1_session_afterwards(string prompt)
    {
        var agency = await server.NewAgencyAsync();
        using var browser = server.NewCitizenBrowser();
        await browser.SignUpAsync();
        await EnterAsync(agency, browser, []);
        browser.Cookies.Remove("moi-session", out var session).ShouldBeTrue();
        server.Time.Advance(TimeSpan.FromMinutes(3));
        await browser.OpenAsync(agency.AuthorizeAddress(r => r["prompt"] = prompt));
        browser.Cookies["moi-session"] = session!;

        await browser.ContinueAsync(browser.Page.Address.PathAndQuery);

        browser.Page.Leaving.ShouldBeNull();
        browser.Page.Path.ShouldBe("/sign-in");
        (await ArriveAsync(agency, browser)).AuthTime.ShouldBe(server.Time.GetUtcNow().ToUnixTimeSeconds());
    }

    [Fact(DisplayName = "S1: a session that was young enough when it was asked for consent is looked at again when the code is made")]
    public async Task S1_max_age()
    {
        var agency = await server.NewAgencyAsync();
        using var browser = server.NewCitizenBrowser();
        await browser.SignUpAsync();
        await browser.OpenAsync(agency.AuthorizeAddress(r => r["max_age"] = "60"));
        browser.Page.Path.ShouldBe("/consent");
        await browser.ContinueAsync("/sign-in?tx=" + browser.Page.Address.Query()["tx"]);
        browser.Page.Path.ShouldBe("/consent");
        server.Time.Advance(TimeSpan.FromMinutes(10));

        await browser.SendAsync(browser.Page.PlainForm, ("answer", "agree"));

        browser.Page.Leaving.ShouldBeNull();
        browser.Page.Path.ShouldBe("/sign-in");
        (await ArriveAsync(agency, browser)).AuthTime.ShouldBe(server.Time.GetUtcNow().ToUnixTimeSeconds());
    }

    private static void BackChannel(TestAgency agency)
        => agency.Metadata["backchannel_logout_uri"] = agency.Host + "/logout";

    private static async Task<Arrival> EnterAsync(TestAgency agency, CitizenBrowser browser, Dictionary<string, string> more)
    {
        await browser.OpenAsync(agency.AuthorizeAddress(request =>
        {
            foreach (var (name, value) in more)
            {
                request[name] = value;
            }
        }));
        return await ArriveAsync(agency, browser);
    }

    /// <summary>Answers our pages until the browser is at the agency.</summary>
    private static async Task<Arrival> ArriveAsync(TestAgency agency, CitizenBrowser browser)
    {
        while (browser.Page.Leaving is null)
        {
            _ = browser.Page.Path switch
            {
                "/sign-in" => await browser.UsePasskeyAsync(),
                "/consent" => await browser.SendAsync(browser.Page.PlainForm, ("answer", "agree")),
                _ => throw new InvalidOperationException(browser.Page.Text),
            };
        }

        var tokens = await (await agency.RedeemAsync(browser.Page.Leaving.Query()["code"])).JsonAsync();
        var claims = Jwt.Claims((string)tokens["id_token"]!);
        return new Arrival((string)claims["sid"]!, (string)claims["sub"]!, (long)claims["auth_time"]!);
    }

    private async Task<long> NoticesAsync(Arrival told)
        => await server.CountAsync("SELECT count(*) FROM notices WHERE subject = @subject", p => p.Add("subject", told.Subject));

    private sealed record Arrival(string Sid, string Subject, long AuthTime);
}
