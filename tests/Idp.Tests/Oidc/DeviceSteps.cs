using System.Net;
using System.Text.Json.Nodes;
using Moi.Identity.Idp.Features.Oidc.Tokens;
using Moi.Identity.Testing;
using static Moi.Identity.Idp.Tests.Oidc.ResourceAgencies;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>The steps that a device and its citizen take.</summary>
public abstract class DeviceSteps(OidcServer server)
{
    private protected const string Scope = "openid profile offline_access";

    private protected OidcServer Server { get; } = server;

    private protected static Task<HttpResponseMessage> PollAsync(TestAgency agency, JsonObject device, params (string Name, string Value)[] more)
    {
        var form = new Dictionary<string, string> { ["grant_type"] = DeviceCode, ["device_code"] = (string)device["device_code"]! };
        foreach (var (name, value) in more)
        {
            form[name] = value;
        }

        return agency.PostAsync("/connect/token", form);
    }

    private protected static async Task<JsonObject> BeginAsync(TestAgency agency, string scope = Scope, string? resource = null)
        => await (await AskAsync(agency, scope, resource)).JsonAsync();

    private protected static Task<HttpResponseMessage> AskAsync(TestAgency agency, string scope, string? resource = null)
    {
        var form = new Dictionary<string, string> { ["scope"] = scope };
        if (resource is not null)
        {
            form["resource"] = resource;
        }

        return agency.PostAsync("/connect/device", form);
    }

    private protected static async Task EnterAsync(CitizenBrowser browser, JsonObject device)
    {
        await browser.OpenAsync("/device");
        await browser.SendAsync(browser.Page.PlainForm, ("user_code", (string)device["user_code"]!));
    }

    /// <summary>As far as the page that asks.</summary>
    private protected static async Task DecideAsync(CitizenBrowser browser, JsonObject device)
    {
        await EnterAsync(browser, device);
        browser.Page.Path.ShouldBe("/sign-in", browser.Page.Text);
        await browser.UsePasskeyAsync();
        browser.Page.Path.ShouldBe("/device/decide", browser.Page.Text);
    }

    private protected static async Task ApproveAsync(CitizenBrowser browser, JsonObject device)
    {
        await DecideAsync(browser, device);
        await browser.SendAsync(browser.Page.PlainForm, ("answer", "approve"));
        browser.Page.Path.ShouldBe("/device/done", browser.Page.Text);
    }

    private protected async Task<(TestAgency Agency, CitizenBrowser Browser, JsonObject Tokens)> ConnectAsync()
    {
        var agency = await NewAsync(a =>
        {
            a.Grant(DeviceCode);
            a.Metadata["backchannel_logout_uri"] = a.Host + "/logout";
        });
        var device = await BeginAsync(agency);
        var browser = Server.NewCitizenBrowser();
        await browser.SignUpAsync();
        await ApproveAsync(browser, device);
        return (agency, browser, await (await PollAsync(agency, device)).JsonAsync());
    }

    private protected async Task IsEndedAsync(TestAgency agency, JsonObject tokens)
    {
        await IsRefusedAsync(agency.RefreshAsync((string)tokens["refresh_token"]!), "invalid_grant");
        (await agency.UserInfoAsync((string)tokens["access_token"]!)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        var claims = Jwt.Claims((string)tokens["id_token"]!);
        (await Server.Sql.ListAsync(
            "SELECT sid, subject FROM notices WHERE subject = @subject", p => p.Add("subject", (string)claims["sub"]!),
            row => AgencySessionId.Of(row.Text(0), row.Text(1)), CancellationToken.None)).ShouldBe([(string)claims["sid"]!]);
    }

    private protected Task<TestAgency> NewAsync(Action<TestAgency>? bend = null)
        => Server.NewAgencyAsync(bend ?? (static agency => agency.Grant(DeviceCode)));

    private protected Task<long> CountAsync(string sql, TestAgency agency) => Server.CountAsync(sql, p => p.Add("client", agency.ClientId));

    private protected void Wait(int seconds = 6) => Server.Time.Advance(TimeSpan.FromSeconds(seconds));
}
