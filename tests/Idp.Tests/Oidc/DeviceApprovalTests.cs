using System.Net;
using Moi.Identity.Testing;
using static Moi.Identity.Idp.Tests.Oidc.ResourceAgencies;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>RFC 8628 §3.3, §5: what a citizen does with the code of a device, and what somebody else cannot.</summary>
public abstract class DeviceApprovalTests(OidcServer server) : DeviceSteps(server)
{
    [Fact(DisplayName = "T12: an address with the code in it fills the field in and answers nothing")]
    public async Task T12_complete()
    {
        var agency = await NewAsync();
        var device = await BeginAsync(agency);
        using var browser = Server.NewCitizenBrowser();
        await browser.SignUpAsync();

        await browser.OpenAsync((string)device["verification_uri_complete"]!);

        browser.Page.Path.ShouldBe("/device");
        browser.Page.PlainForm.Fields["user_code"].ShouldBe((string)device["user_code"]!);
        await IsRefusedAsync(PollAsync(agency, device), "authorization_pending");
    }

    [Fact(DisplayName = "T12: a session is not enough: a passkey is touched for this code, and the page asks all the same")]
    public async Task T12_fresh()
    {
        var agency = await NewAsync();
        var device = await BeginAsync(agency);
        using var browser = Server.NewCitizenBrowser();
        await browser.SignUpAsync();

        await EnterAsync(browser, device);
        browser.Page.Path.ShouldBe("/sign-in");
        var decide = "/device/decide?tx=" + browser.Page.Address.Query()["tx"];
        (await browser.OpenAsync(decide)).Path.ShouldBe("/sign-in");
        await browser.UsePasskeyAsync();
        browser.Page.Path.ShouldBe("/device/decide");

        await IsRefusedAsync(PollAsync(agency, device), "authorization_pending");
    }

    [Fact(DisplayName = "T12: going on with a session that is there is no touch, whichever page is opened first")]
    public async Task T12_continue()
    {
        var agency = await NewAsync();
        var device = await BeginAsync(agency);
        using var browser = Server.NewCitizenBrowser();
        await browser.SignUpAsync();
        await browser.OpenAsync("/device");
        var form = browser.Page.PlainForm.Fields.ToDictionary();
        form["user_code"] = (string)device["user_code"]!;
        using var hand = Server.NewBrowser();
        hand.CopyCookies(browser);
        var handle = (await hand.PostAsync("/device", form)).Redirect().Query()["tx"];

        await browser.ContinueAsync("/sign-in?tx=" + handle);
        browser.Page.Path.ShouldBe("/sign-in");
        await browser.OpenAsync("/device/decide?tx=" + handle);

        browser.Page.Path.ShouldBe("/sign-in");
        await IsRefusedAsync(PollAsync(agency, device), "authorization_pending");
    }

    [Fact(DisplayName = "T12: a code belongs to the first browser in which it is typed, and its answer to that browser")]
    public async Task T12_browser()
    {
        var agency = await NewAsync();
        var device = await BeginAsync(agency);
        using var browser = Server.NewCitizenBrowser();
        using var other = Server.NewCitizenBrowser();
        await browser.SignUpAsync();
        await other.SignUpAsync();
        await DecideAsync(browser, device);

        await EnterAsync(other, device);
        other.Page.Status.ShouldBe(HttpStatusCode.BadRequest);
        (await other.OpenAsync(browser.Page.Address.PathAndQuery)).Text.ShouldContain("MOI-DEV-001");

        await EnterAsync(browser, device);
        browser.Page.Path.ShouldBe("/sign-in");
        await browser.UsePasskeyAsync();
        await browser.SendAsync(browser.Page.PlainForm, ("answer", "approve"));
        browser.Page.Path.ShouldBe("/device/done");
    }

    [Fact(DisplayName = "T12: who answers is who touched a passkey for this code; another citizen in the same browser is not")]
    public async Task T12_citizen()
    {
        var agency = await NewAsync();
        var device = await BeginAsync(agency);
        using var browser = Server.NewCitizenBrowser();
        await browser.SignUpAsync("Daughter");
        await DecideAsync(browser, device);
        var page = browser.Page;
        using var fathers = Server.NewCitizenBrowser();
        await fathers.SignUpAsync("Father");
        browser.Cookies["moi-session"] = fathers.Cookies["moi-session"];

        await browser.SendAsync(page, page.PlainForm, ("answer", "approve"));

        browser.Page.Text.ShouldContain("MOI-DEV-001");
        await IsRefusedAsync(PollAsync(agency, device), "authorization_pending");
        (await CountAsync("SELECT count(*) FROM grants WHERE client_id = @client", agency)).ShouldBe(0);
    }

    [Fact(DisplayName = "T12: a code is answered once")]
    public async Task T12_once()
    {
        var agency = await NewAsync();
        var device = await BeginAsync(agency);
        using var browser = Server.NewCitizenBrowser();
        await browser.SignUpAsync();
        await DecideAsync(browser, device);
        var first = browser.Page;
        await DecideAsync(browser, device);
        await browser.SendAsync(browser.Page.PlainForm, ("answer", "refuse"));

        await browser.SendAsync(first, first.PlainForm, ("answer", "approve"));

        browser.Page.Text.ShouldContain("MOI-DEV-001");
        await IsRefusedAsync(PollAsync(agency, device), "access_denied");
    }

    [Fact(DisplayName = "T12: the level that the service wants of everybody is wanted here too")]
    public async Task T12_acr()
    {
        var agency = await NewAsync(a =>
        {
            a.Grant(DeviceCode);
            a.Metadata["moi_minimum_acr"] = "urn:moi:acr:3";
        });
        var device = await BeginAsync(agency);
        using var browser = Server.NewCitizenBrowser();
        await browser.SignUpAsync();

        await EnterAsync(browser, device);
        if (browser.Page.Path == "/sign-in")
        {
            await browser.UsePasskeyAsync();
        }

        browser.Page.Path.ShouldNotBe("/device/done");
        browser.Page.Text.ShouldContain("MOI-DEV-002");
        await IsRefusedAsync(PollAsync(agency, device), "authorization_pending");
    }

    [Fact(DisplayName = "T12: guesses are counted, and when there are too many the right one is not answered either")]
    public async Task T12_brute_force()
    {
        var agency = await NewAsync();
        var device = await BeginAsync(agency);
        using var browser = Server.NewCitizenBrowser();
        await browser.OpenAsync("/device");
        var page = browser.Page;
        for (var i = 0; i < 10; i++)
        {
            await browser.SendAsync(page, page.PlainForm, ("user_code", "BBBB-BBB" + "BCDFGHJKLM"[i]));
            browser.Page.Status.ShouldBe(HttpStatusCode.BadRequest);
        }

        await browser.SendAsync(page, page.PlainForm, ("user_code", (string)device["user_code"]!));

        browser.Page.Status.ShouldBe(HttpStatusCode.TooManyRequests);
        browser.Page.Text.ShouldContain("MOI-DEV-003");
        Wait(60);
        await browser.SendAsync(page, page.PlainForm, ("user_code", (string)device["user_code"]!));
        browser.Page.Path.ShouldBe("/sign-in");
    }

    /// <summary>Seen failing on 2026-11-27: all 60 were answered.</summary>
    [Fact(DisplayName = "T12: guesses that come at once are counted as those that come one after the other")]
    public async Task T12_parallel_guesses()
    {
        using var browser = Server.NewCitizenBrowser();
        var page = await browser.OpenAsync("/device");

        // From the first one on the browser is known.
        await browser.SendAsync(page, page.PlainForm, ("user_code", "CCCC-CCCC"));
        var guesses = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(
            () => browser.SendAsync(page, page.PlainForm, ("user_code", "DDDD-DD" + "BCDFGHJK"[i / 8] + "BCDFGHJK"[i % 8])))));

        guesses.Count(guess => guess.Status == HttpStatusCode.BadRequest).ShouldBe(9);
        guesses.Count(guess => guess.Status == HttpStatusCode.TooManyRequests).ShouldBe(51);
    }

    /// <summary>Seen failing on 2026-11-27: the code was claimed by the app's browser, and worth nothing in the real one.</summary>
    [Theory]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit/605.1.15 Safari Line/14.1.0")]
    [InlineData("Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36 [FB_IAB/FB4A;FBAV/400.0]")]
    public async Task A_code_that_was_scanned_inside_another_app_is_taken_along_to_the_browser(string app)
    {
        var agency = await NewAsync();
        var device = await BeginAsync(agency);
        using var safari = Server.NewCitizenBrowser();
        await safari.SignUpAsync();
        using var inside = Server.NewCitizenBrowser();
        inside.UserAgent = app;
        var page = await inside.OpenAsync(new Uri((string)device["verification_uri_complete"]!).PathAndQuery);
        page.Text.ShouldNotContain("MOI-");
        var address = new Uri(Html.Attribute(page.Body[page.Body.IndexOf("id=\"address\"", StringComparison.Ordinal)..], "value")!);

        address.AbsolutePath.ShouldBe("/device");
        await safari.OpenAsync(address.PathAndQuery);
        await safari.SendAsync(safari.Page.PlainForm);
        await safari.UsePasskeyAsync();
        await safari.SendAsync(safari.Page.PlainForm, ("answer", "approve"));

        safari.Page.Path.ShouldBe("/device/done", safari.Page.Text);
    }

    [Fact]
    public async Task A_right_code_is_no_guess()
    {
        var agency = await NewAsync();
        using var browser = Server.NewCitizenBrowser();
        for (var i = 0; i < 11; i++)
        {
            await EnterAsync(browser, await BeginAsync(agency));
            browser.Page.Path.ShouldBe("/sign-in", browser.Page.Text);
        }
    }

    [Theory]
    [InlineData("bcdfghjk", true)]
    [InlineData(" BCDF GHJK ", true)]
    [InlineData("ＢＣＤＦ－ｇｈｊｋ", true)]
    [InlineData("BCDF-GHJ", false)]
    [InlineData("BCDF-GHJKL", false)]
    [InlineData("ABCD-EFGH", false)]
    [InlineData("", false)]
    public void A_code_is_read_as_people_type_it(string typed, bool isCode)
        => Idp.Features.Oidc.Devices.UserCode.Read(typed).ShouldBe(isCode ? "BCDFGHJK" : null);

    [Fact]
    public async Task A_transaction_of_one_kind_is_nothing_to_the_pages_of_another()
    {
        var agency = await NewAsync();
        var device = await BeginAsync(agency);
        using var browser = Server.NewCitizenBrowser();
        await browser.SignUpAsync();
        await DecideAsync(browser, device);
        var handle = browser.Page.Address.Query()["tx"];

        (await browser.OpenAsync("/consent?tx=" + handle)).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await browser.OpenAsync("/connect/authorize?tx=" + handle)).Status.ShouldBe(HttpStatusCode.BadRequest);
        await browser.OpenAsync(agency.AuthorizeAddress());
        browser.Page.Path.ShouldBe("/consent");
        (await browser.OpenAsync("/device/decide?tx=" + browser.Page.Address.Query()["tx"])).Text.ShouldContain("MOI-DEV-001");
    }
}

[Collection<OnSqlite>]
public sealed class SqliteDeviceApprovalTests(SqliteOidcServer server) : DeviceApprovalTests(server);

[Collection<OnPostgres>]
public sealed class PostgresDeviceApprovalTests(PostgresOidcServer server) : DeviceApprovalTests(server);
