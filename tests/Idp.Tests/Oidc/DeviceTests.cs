using System.Net;
using System.Text.Json.Nodes;
using Moi.Identity.Testing;
using static Moi.Identity.Idp.Tests.Oidc.ResourceAgencies;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>RFC 8628: a device without a browser, and a citizen who lets it in with a passkey.</summary>
public abstract class DeviceTests(OidcServer server)
{
    private const string Scope = "openid profile offline_access";

    [Fact]
    public async Task A_citizen_lets_a_device_in_and_it_gets_the_tokens_of_a_sign_in()
    {
        var resource = await server.NewResourceAsync();
        var agency = await NewAsync(a => a.Grant(DeviceCode, resource.Scope()));
        var device = await BeginAsync(agency, Scope + " " + resource.Scope());
        using var browser = server.NewCitizenBrowser();
        await browser.SignUpAsync("阿美");
        await IsRefusedAsync(PollAsync(agency, device), "authorization_pending");

        await DecideAsync(browser, device);
        var text = browser.Page.Text;
        foreach (var shown in (string[])
            ["Building permits", "Building Office", (string)device["user_code"]!, "Did you start this?", "阿美", "Read your cases", "If somebody gave you the code"])
        {
            WebUtility.HtmlDecode(text).ShouldContain(shown);
        }

        await browser.SendAsync(browser.Page.PlainForm, ("answer", "approve"));
        browser.Page.Path.ShouldBe("/device/done");
        Wait();
        var tokens = await (await PollAsync(agency, device)).JsonAsync();

        var claims = Jwt.Claims((string)tokens["id_token"]!);
        ((string?)claims["aud"]).ShouldBe(agency.ClientId);
        ((string?)claims["acr"]).ShouldBe("urn:moi:acr:1");
        claims.ContainsKey("auth_time").ShouldBeTrue();
        claims.ContainsKey("nonce").ShouldBeFalse();
        ((string?)claims["sid"])!.Length.ShouldBe(22);
        Jwt.Claims((string)tokens["access_token"]!)["aud"]!.ToJsonString().ShouldContain(resource.Resource());
        ((string?)(await (await agency.UserInfoAsync((string)tokens["access_token"]!)).JsonAsync())["nickname"]).ShouldBe("阿美");
        var refreshed = await (await agency.RefreshAsync((string)tokens["refresh_token"]!)).JsonAsync();
        ((string?)Jwt.Claims((string)refreshed["id_token"]!)["sub"]).ShouldBe((string?)claims["sub"]);
        await IsRefusedAsync(PollAsync(agency, device), "invalid_grant");
    }

    [Fact(DisplayName = "RFC 8628 §3.2: what a device is answered")]
    public async Task The_answer()
    {
        var agency = await NewAsync();

        var device = await BeginAsync(agency);

        device.Select(member => member.Key).ShouldBe(
            ["device_code", "user_code", "verification_uri", "verification_uri_complete", "expires_in", "interval"], ignoreOrder: true);
        ((string)device["user_code"]!).ShouldMatch("^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$");
        ((string)device["device_code"]!).Length.ShouldBe(43);
        ((string?)device["verification_uri"]).ShouldBe(OidcServer.Issuer + "device");
        ((string?)device["verification_uri_complete"]).ShouldBe($"{OidcServer.Issuer}device?user_code={device["user_code"]}");
        ((int)device["expires_in"]!).ShouldBe(600);
        ((int)device["interval"]!).ShouldBe(5);
    }

    [Fact]
    public async Task Who_may_ask_and_for_what()
    {
        var agency = await NewAsync();
        var other = await server.NewAgencyAsync();
        var open = await NewAsync(a => a.BePublic().Grant(DeviceCode));
        var (one, two) = (await server.NewResourceAsync(), await server.NewResourceAsync());
        var both = await NewAsync(a => a.Grant(DeviceCode, one.Scope(), two.Scope()));
        static Task<HttpResponseMessage> Ask(TestAgency agency, string scope)
            => agency.PostAsync("/connect/device", new() { ["scope"] = scope });

        await IsRefusedAsync(Ask(other, Scope), "unauthorized_client");
        await IsRefusedAsync(Ask(agency, "profile"), "invalid_scope");
        await IsRefusedAsync(Ask(agency, "openid " + one.Scope()), "invalid_scope");
        await IsRefusedAsync(Ask(agency, "openid no.such.scope"), "invalid_scope");
        await IsRefusedAsync(Ask(both, $"openid {one.Scope()} {two.Scope()}"), "invalid_scope");
        (await Ask(both, "openid " + one.Scope())).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Ask(open, "openid")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await IsRefusedAsync(
            agency.PostRawAsync("/connect/device", new() { ["client_id"] = agency.ClientId, ["scope"] = "openid" }), "invalid_client", HttpStatusCode.Unauthorized);
    }

    [Fact(DisplayName = "RFC 8628 §3.5: who polls too early is told to slow down, five seconds more each time")]
    public async Task Slow_down()
    {
        var agency = await NewAsync();
        var device = await BeginAsync(agency);

        await IsRefusedAsync(PollAsync(agency, device), "authorization_pending");
        await IsRefusedAsync(PollAsync(agency, device), "slow_down");
        Wait(5);
        await IsRefusedAsync(PollAsync(agency, device), "slow_down");
        Wait(10);
        await IsRefusedAsync(PollAsync(agency, device), "slow_down");
        Wait(20);
        await IsRefusedAsync(PollAsync(agency, device), "authorization_pending");
        Wait(20);
        await IsRefusedAsync(PollAsync(agency, device), "authorization_pending");
    }

    [Fact]
    public async Task A_code_that_nobody_answers_expires_and_the_device_is_told()
    {
        var agency = await NewAsync();
        var device = await BeginAsync(agency);
        using var browser = server.NewCitizenBrowser();
        await browser.SignUpAsync();
        await DecideAsync(browser, device);
        Wait(600);

        await IsRefusedAsync(PollAsync(agency, device), "expired_token");
        await browser.SendAsync(browser.Page.PlainForm, ("answer", "approve"));
        browser.Page.Text.ShouldContain("MOI-DEV-001");
        await IsRefusedAsync(PollAsync(agency, device), "expired_token");
        await EnterAsync(browser, device);
        browser.Page.Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_citizen_may_refuse()
    {
        var agency = await NewAsync();
        var device = await BeginAsync(agency);
        using var browser = server.NewCitizenBrowser();
        await browser.SignUpAsync();
        await DecideAsync(browser, device);
        await browser.SendAsync(browser.Page.PlainForm, ("answer", "refuse"));

        browser.Page.Text.ShouldContain("The device got nothing");
        await IsRefusedAsync(PollAsync(agency, device), "access_denied");
        (await CountAsync("SELECT count(*) FROM grants WHERE client_id = @client", agency)).ShouldBe(0);
        (await CountAsync("SELECT count(*) FROM audit_events WHERE name = 'device.refused' AND client_id = @client", agency)).ShouldBe(1);
    }

    [Fact]
    public async Task Of_a_hundred_polls_at_once_one_gets_the_tokens()
    {
        var agency = await NewAsync();
        var device = await BeginAsync(agency);
        using var browser = server.NewCitizenBrowser();
        await browser.SignUpAsync();
        await ApproveAsync(browser, device);

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => PollAsync(agency, device)));

        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBe(1);
        foreach (var answer in answers.Where(answer => answer.StatusCode != HttpStatusCode.OK))
        {
            await IsRefusedAsync(Task.FromResult(answer), "invalid_grant");
        }
    }

    [Theory(DisplayName = "T1: a device code in the hands of another client is dead, and so is what it would have given")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task T1(bool approved)
    {
        var (agency, thief) = (await NewAsync(), await NewAsync());
        var device = await BeginAsync(agency);
        using var browser = server.NewCitizenBrowser();
        await browser.SignUpAsync();
        if (approved)
        {
            await ApproveAsync(browser, device);
        }

        await IsRefusedAsync(PollAsync(thief, device), "invalid_grant");

        await IsRefusedAsync(PollAsync(agency, device), "invalid_grant");
        (await CountAsync("SELECT count(*) FROM grants WHERE client_id = @client AND status = 0", agency)).ShouldBe(0);
    }

    [Fact(DisplayName = "T11: a device gets the scopes that the citizen saw, whatever it asks for at the end")]
    public async Task T11()
    {
        var agency = await NewAsync();
        var device = await BeginAsync(agency, "openid");
        using var browser = server.NewCitizenBrowser();
        await browser.SignUpAsync();
        await ApproveAsync(browser, device);

        await IsRefusedAsync(PollAsync(agency, device, ("scope", Scope)), "invalid_request");
        var tokens = await (await PollAsync(agency, device)).JsonAsync();

        ((string?)Jwt.Claims((string)tokens["access_token"]!)["scope"]).ShouldBe("openid");
        tokens.ContainsKey("refresh_token").ShouldBeFalse();
        (await (await agency.UserInfoAsync((string)tokens["access_token"]!)).JsonAsync()).Select(claim => claim.Key).ShouldBe(["sub"]);
    }

    [Fact(DisplayName = "T12: an address with the code in it fills the field in and answers nothing")]
    public async Task T12_complete()
    {
        var agency = await NewAsync();
        var device = await BeginAsync(agency);
        using var browser = server.NewCitizenBrowser();
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
        using var browser = server.NewCitizenBrowser();
        await browser.SignUpAsync();

        await EnterAsync(browser, device);
        browser.Page.Path.ShouldBe("/sign-in");
        var decide = "/device/decide?tx=" + browser.Page.Address.Query()["tx"];
        (await browser.OpenAsync(decide)).Path.ShouldBe("/sign-in");
        await browser.UsePasskeyAsync();
        browser.Page.Path.ShouldBe("/device/decide");

        await IsRefusedAsync(PollAsync(agency, device), "authorization_pending");
    }

    [Fact(DisplayName = "T12: a code belongs to the first browser in which it is typed, and its answer to that browser")]
    public async Task T12_browser()
    {
        var agency = await NewAsync();
        var device = await BeginAsync(agency);
        using var browser = server.NewCitizenBrowser();
        using var other = server.NewCitizenBrowser();
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
        using var browser = server.NewCitizenBrowser();
        await browser.SignUpAsync("Daughter");
        await DecideAsync(browser, device);
        var page = browser.Page;
        using var fathers = server.NewCitizenBrowser();
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
        using var browser = server.NewCitizenBrowser();
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
        using var browser = server.NewCitizenBrowser();
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
        using var browser = server.NewCitizenBrowser();
        await browser.OpenAsync("/device");
        var page = browser.Page;
        for (var i = 0; i < 11; i++)
        {
            await browser.SendAsync(page, page.PlainForm, ("user_code", "BBBB-BBB" + "BCDFGHJKLMN"[i]));
            browser.Page.Status.ShouldBe(HttpStatusCode.BadRequest);
        }

        await browser.SendAsync(page, page.PlainForm, ("user_code", (string)device["user_code"]!));

        browser.Page.Status.ShouldBe(HttpStatusCode.TooManyRequests);
        browser.Page.Text.ShouldContain("MOI-DEV-003");
        Wait(60);
        await browser.SendAsync(page, page.PlainForm, ("user_code", (string)device["user_code"]!));
        browser.Page.Path.ShouldBe("/sign-in");
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
    public async Task The_end_of_the_browsers_session_does_not_end_the_device()
    {
        var (agency, browser, tokens) = await ConnectAsync();
        using var open = browser;
        await browser.OpenAsync("/sign-out");
        await browser.SendAsync(browser.Page.PlainForm);

        (await agency.RefreshAsync((string)tokens["refresh_token"]!)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Signing_out_everywhere_else_ends_the_device_and_tells_its_service()
    {
        var (agency, browser, tokens) = await ConnectAsync();
        using var open = browser;
        await browser.OpenAsync("/account/sessions");
        browser.Page.Text.ShouldContain("Devices without a browser that are connected to a service: 1.");
        await browser.SendAsync(browser.Page.Forms.Single(form => form.Action.Contains("EndOthers", StringComparison.Ordinal)));

        await IsEndedAsync(agency, tokens);
    }

    [Fact]
    public async Task A_citizen_sees_the_device_and_can_disconnect_it_alone()
    {
        var (agency, browser, tokens) = await ConnectAsync();
        using var open = browser;
        await browser.OpenAsync("/account/services");
        browser.Page.Text.ShouldContain("Device, connected on");
        await browser.SendAsync(browser.Page.Forms.Single(form => form.Action.Contains("Disconnect", StringComparison.Ordinal)));

        browser.Page.Text.ShouldContain("The device is disconnected.");
        browser.Page.Text.ShouldNotContain("Device, connected on");
        browser.Page.Text.ShouldContain("Building permits");
        await IsEndedAsync(agency, tokens);
    }

    [Fact]
    public async Task Nobody_can_disconnect_another_citizens_device()
    {
        var (agency, browser, tokens) = await ConnectAsync();
        var (_, other, _) = await ConnectAsync();
        using var open = browser;
        using var too = other;
        await browser.OpenAsync("/account/services");
        var hers = browser.Page.Forms.Single(form => form.Action.Contains("Disconnect", StringComparison.Ordinal));
        await other.OpenAsync("/account/services");
        await other.SendAsync(
            other.Page.Forms.Single(form => form.Action.Contains("Disconnect", StringComparison.Ordinal)), ("device", hers.Fields["device"]));

        (await agency.RefreshAsync((string)tokens["refresh_token"]!)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Withdrawing_the_consent_ends_the_device_with_everything_else()
    {
        var (agency, browser, tokens) = await ConnectAsync();
        using var open = browser;
        await browser.OpenAsync("/account/services");
        await browser.SendAsync(browser.Page.Forms.Single(form => form.Action.Contains("Revoke", StringComparison.Ordinal)));

        await IsEndedAsync(agency, tokens);
    }

    [Theory(DisplayName = "T6: what ends a citizen's access ends it at the device, before and after it has its tokens")]
    [InlineData("UPDATE citizens SET status = 1 WHERE id IN (SELECT citizen_id FROM grants WHERE client_id = @client)")]
    [InlineData("UPDATE credentials SET status = 2 WHERE citizen_id IN (SELECT citizen_id FROM grants WHERE client_id = @client)")]
    [InlineData("UPDATE grants SET status = 1 WHERE client_id = @client")]
    public async Task T6(string sql)
    {
        var (agency, browser, tokens) = await ConnectAsync();
        using var open = browser;
        var device = await BeginAsync(agency);
        await ApproveAsync(browser, device);

        await server.ExecuteAsync(sql, p => p.Add("client", agency.ClientId));

        await IsRefusedAsync(PollAsync(agency, device), "invalid_grant");
        await IsRefusedAsync(agency.RefreshAsync((string)tokens["refresh_token"]!), "invalid_grant");
        (await agency.UserInfoAsync((string)tokens["access_token"]!)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_transaction_of_one_kind_is_nothing_to_the_pages_of_another()
    {
        var agency = await NewAsync();
        var device = await BeginAsync(agency);
        using var browser = server.NewCitizenBrowser();
        await browser.SignUpAsync();
        await DecideAsync(browser, device);
        var handle = browser.Page.Address.Query()["tx"];

        (await browser.OpenAsync("/consent?tx=" + handle)).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await browser.OpenAsync("/connect/authorize?tx=" + handle)).Status.ShouldBe(HttpStatusCode.BadRequest);
        await browser.OpenAsync(agency.AuthorizeAddress());
        browser.Page.Path.ShouldBe("/consent");
        (await browser.OpenAsync("/device/decide?tx=" + browser.Page.Address.Query()["tx"])).Text.ShouldContain("MOI-DEV-001");
    }

    private static Task<HttpResponseMessage> PollAsync(TestAgency agency, JsonObject device, params (string Name, string Value)[] more)
    {
        var form = new Dictionary<string, string> { ["grant_type"] = DeviceCode, ["device_code"] = (string)device["device_code"]! };
        foreach (var (name, value) in more)
        {
            form[name] = value;
        }

        return agency.PostAsync("/connect/token", form);
    }

    private static async Task<JsonObject> BeginAsync(TestAgency agency, string scope = Scope)
        => await (await agency.PostAsync("/connect/device", new() { ["scope"] = scope })).JsonAsync();

    private static async Task EnterAsync(CitizenBrowser browser, JsonObject device)
    {
        await browser.OpenAsync("/device");
        await browser.SendAsync(browser.Page.PlainForm, ("user_code", (string)device["user_code"]!));
    }

    /// <summary>As far as the page that asks.</summary>
    private static async Task DecideAsync(CitizenBrowser browser, JsonObject device)
    {
        await EnterAsync(browser, device);
        browser.Page.Path.ShouldBe("/sign-in", browser.Page.Text);
        await browser.UsePasskeyAsync();
        browser.Page.Path.ShouldBe("/device/decide", browser.Page.Text);
    }

    private static async Task ApproveAsync(CitizenBrowser browser, JsonObject device)
    {
        await DecideAsync(browser, device);
        await browser.SendAsync(browser.Page.PlainForm, ("answer", "approve"));
        browser.Page.Path.ShouldBe("/device/done", browser.Page.Text);
    }

    private async Task<(TestAgency Agency, CitizenBrowser Browser, JsonObject Tokens)> ConnectAsync()
    {
        var agency = await NewAsync(a =>
        {
            a.Grant(DeviceCode);
            a.Metadata["backchannel_logout_uri"] = a.Host + "/logout";
        });
        var device = await BeginAsync(agency);
        var browser = server.NewCitizenBrowser();
        await browser.SignUpAsync();
        await ApproveAsync(browser, device);
        return (agency, browser, await (await PollAsync(agency, device)).JsonAsync());
    }

    private async Task IsEndedAsync(TestAgency agency, JsonObject tokens)
    {
        await IsRefusedAsync(agency.RefreshAsync((string)tokens["refresh_token"]!), "invalid_grant");
        (await agency.UserInfoAsync((string)tokens["access_token"]!)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        var sid = (string)Jwt.Claims((string)tokens["id_token"]!)["sid"]!;
        (await server.CountAsync("SELECT count(*) FROM notices WHERE sid = @sid", p => p.Add("sid", sid))).ShouldBe(1);
    }

    private Task<TestAgency> NewAsync(Action<TestAgency>? bend = null)
        => server.NewAgencyAsync(bend ?? (static agency => agency.Grant(DeviceCode)));

    private Task<long> CountAsync(string sql, TestAgency agency) => server.CountAsync(sql, p => p.Add("client", agency.ClientId));

    private void Wait(int seconds = 6) => server.Time.Advance(TimeSpan.FromSeconds(seconds));
}

[Collection<OnSqlite>]
public sealed class SqliteDeviceTests(SqliteOidcServer server) : DeviceTests(server);

[Collection<OnPostgres>]
public sealed class PostgresDeviceTests(PostgresOidcServer server) : DeviceTests(server);
