using System.Net;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>
/// How long a service may go on without the citizen is said before the citizen agrees, as it is registered. Seen failing on 2026-11-27:
/// every page said 14 days without use.
/// </summary>
[Collection<OnSqlite>]
public sealed class ContinuedAccessTests(SqliteOidcServer server) : DeviceSteps(server)
{
    [Theory]
    [InlineData("basic", null, "撤回同意，或 14 天沒有使用", "have not used it for 14 days")]
    [InlineData("basic", 86_400, "或 1 天沒有使用", "for 1 day.")]
    [InlineData("basic", 5400, "或 2 小時沒有使用", "for 2 hours.")]
    [InlineData("fapi2", 2_592_000, "撤回同意，最長 30 天", "for 30 days at most")]
    public async Task The_page_that_asks_for_consent_says_it(string profile, int? seconds, string chinese, string english)
    {
        var agency = await Server.NewAgencyAsync(a => Bend(a, profile, seconds));
        if (profile == "fapi2")
        {
            agency.Prepare = new TestDpopKey(Server).Attach;
        }

        using var browser = Server.NewBrowser();
        await Server.SignInAsync(browser, await Server.NewCitizenAsync());
        var page = (await browser.GetAsync(await agency.PushAsync(r => r["scope"] = Scope))).Redirect();

        (await TextAsync(page.PathAndQuery)).ShouldContain(chinese);
        (await TextAsync(page.PathAndQuery + "&ui_locales=en")).ShouldContain(english);

        async Task<string> TextAsync(string address) => WebUtility.HtmlDecode(await (await browser.GetAsync(address)).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task So_does_the_page_of_a_device_and_that_signing_out_does_not_end_it()
    {
        var agency = await NewAsync(a =>
        {
            a.Grant(ResourceAgencies.DeviceCode);
            Bend(a, "basic", 604_800);
        });
        using var browser = Server.NewCitizenBrowser();
        await browser.SignUpAsync();
        await DecideAsync(browser, await BeginAsync(agency));

        browser.Page.Text.ShouldContain("or have not used it for 7 days. Signing out of this browser does not end it.");
        browser.Page.Text.ShouldNotContain("until you sign out, withdraw");
    }

    private static void Bend(TestAgency agency, string profile, int? seconds)
    {
        if (seconds is { } lifetime)
        {
            agency.Metadata["moi_refresh_token_lifetime"] = lifetime;
        }

        if (profile == "fapi2")
        {
            agency.Metadata["moi_profile"] = "fapi2";
            agency.Metadata["dpop_bound_access_tokens"] = true;
        }
    }
}
