using System.Net;
using static Moi.Identity.Idp.Tests.Oidc.ResourceAgencies;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>What ends the access of a device that was let in, and what does not.</summary>
public abstract class DeviceEndingTests(OidcServer server) : DeviceSteps(server)
{
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

        await Server.ExecuteAsync(sql, p => p.Add("client", agency.ClientId));

        await IsRefusedAsync(PollAsync(agency, device), "invalid_grant");
        await IsRefusedAsync(agency.RefreshAsync((string)tokens["refresh_token"]!), "invalid_grant");
        (await agency.UserInfoAsync((string)tokens["access_token"]!)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }
}

[Collection<OnSqlite>]
public sealed class SqliteDeviceEndingTests(SqliteOidcServer server) : DeviceEndingTests(server);

[Collection<OnPostgres>]
public sealed class PostgresDeviceEndingTests(PostgresOidcServer server) : DeviceEndingTests(server);
