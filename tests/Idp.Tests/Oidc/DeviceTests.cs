using System.Net;
using static Moi.Identity.Idp.Tests.Oidc.ResourceAgencies;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>RFC 8628: a device without a browser asks, waits and gets its tokens.</summary>
public abstract class DeviceTests(OidcServer server) : DeviceSteps(server)
{
    [Fact]
    public async Task A_citizen_lets_a_device_in_and_it_gets_the_tokens_of_a_sign_in()
    {
        var resource = await Server.NewResourceAsync();
        var agency = await NewAsync(a => a.Grant(DeviceCode, resource.Scope()));
        var device = await BeginAsync(agency, Scope + " " + resource.Scope());
        using var browser = Server.NewCitizenBrowser();
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

    // Seen failing on 2026-11-27: the page said nothing of it.
    [Fact]
    public async Task Before_a_citizen_lets_in_a_device_of_the_sandbox_the_page_says_so()
    {
        var agency = await NewAsync(a =>
        {
            a.Grant(DeviceCode);
            a.Metadata["moi_environment"] = "sandbox";
        });
        using var browser = Server.NewCitizenBrowser();
        await browser.SignUpAsync();

        await DecideAsync(browser, await BeginAsync(agency));

        browser.Page.Text.ShouldContain("Test environment.");
        await DecideAsync(browser, await BeginAsync(await NewAsync()));
        browser.Page.Text.ShouldNotContain("Test environment.");
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
        var other = await Server.NewAgencyAsync();
        var open = await NewAsync(a => a.BePublic().Grant(DeviceCode));
        var (one, two) = (await Server.NewResourceAsync(), await Server.NewResourceAsync());
        var both = await NewAsync(a => a.Grant(DeviceCode, one.Scope(), two.Scope()));

        await IsRefusedAsync(AskAsync(other, Scope), "unauthorized_client");
        await IsRefusedAsync(AskAsync(agency, "profile"), "invalid_scope");
        await IsRefusedAsync(AskAsync(agency, "openid " + one.Scope()), "invalid_scope");
        await IsRefusedAsync(AskAsync(agency, "openid no.such.scope"), "invalid_scope");
        await IsRefusedAsync(AskAsync(both, $"openid {one.Scope()} {two.Scope()}"), "invalid_scope");
        (await AskAsync(both, "openid " + one.Scope())).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await AskAsync(open, "openid")).StatusCode.ShouldBe(HttpStatusCode.OK);
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

    /// <summary>Seen failing on 2026-11-27: <c>expired_token</c>, for what the citizen had been told was done.</summary>
    [Fact]
    public async Task What_is_approved_in_the_last_moment_reaches_the_device_at_its_next_poll()
    {
        var agency = await NewAsync();
        var device = await BeginAsync(agency);
        using var browser = Server.NewCitizenBrowser();
        await browser.SignUpAsync();
        await DecideAsync(browser, device);
        Wait(595);
        await browser.SendAsync(browser.Page.PlainForm, ("answer", "approve"));
        browser.Page.Path.ShouldBe("/device/done", browser.Page.Text);
        Wait(10);

        (await (await PollAsync(agency, device)).JsonAsync()).ContainsKey("access_token").ShouldBeTrue();
    }

    [Fact]
    public async Task A_code_that_nobody_answers_expires_and_the_device_is_told()
    {
        var agency = await NewAsync();
        var device = await BeginAsync(agency);
        using var browser = Server.NewCitizenBrowser();
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
        using var browser = Server.NewCitizenBrowser();
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
        using var browser = Server.NewCitizenBrowser();
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
        using var browser = Server.NewCitizenBrowser();
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
        using var browser = Server.NewCitizenBrowser();
        await browser.SignUpAsync();
        await ApproveAsync(browser, device);

        await IsRefusedAsync(PollAsync(agency, device, ("scope", Scope)), "invalid_request");
        var tokens = await (await PollAsync(agency, device)).JsonAsync();

        ((string?)Jwt.Claims((string)tokens["access_token"]!)["scope"]).ShouldBe("openid");
        tokens.ContainsKey("refresh_token").ShouldBeFalse();
        (await (await agency.UserInfoAsync((string)tokens["access_token"]!)).JsonAsync()).Select(claim => claim.Key).ShouldBe(["sub"]);
    }
}

[Collection<OnSqlite>]
public sealed class SqliteDeviceTests(SqliteOidcServer server) : DeviceTests(server);

[Collection<OnPostgres>]
public sealed class PostgresDeviceTests(PostgresOidcServer server) : DeviceTests(server);
