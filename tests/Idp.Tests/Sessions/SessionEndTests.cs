using System.Net;
using System.Text.Json.Nodes;
using Moi.Identity.Idp.Tests.Hosting;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Sessions;

/// <summary>A citizen is warned before the session ends, may extend it, and is told afterwards.</summary>
public sealed class SessionEndTests(SqliteIdp idp) : IClassFixture<SqliteIdp>
{
    [Fact]
    public async Task Looking_at_the_time_that_is_left_does_not_prolong_it()
    {
        using var browser = await CitizenAsync();
        (await LookAsync(browser)).ShouldBe((3600, false));
        idp.App.Time.Advance(TimeSpan.FromMinutes(30));
        (await LookAsync(browser)).ShouldBe((1800, false));
        idp.App.Time.Advance(TimeSpan.FromMinutes(29));
        (await LookAsync(browser)).ShouldBe((60, false));
        idp.App.Time.Advance(TimeSpan.FromMinutes(1));
        (await LookAsync(browser)).ShouldBe((0, true));
    }

    [Fact]
    public async Task The_button_of_the_warning_prolongs_it()
    {
        using var browser = await CitizenAsync();
        var page = browser.Page;
        idp.App.Time.Advance(TimeSpan.FromSeconds(3450));
        await browser.SendAsync(page, Warning(page));
        Read(browser.Page).ShouldBe((3600, false));
    }

    [Fact]
    public async Task A_foreign_form_cannot_press_it()
    {
        using var browser = await CitizenAsync();
        await browser.SendAsync(Warning(browser.Page), ("__RequestVerificationToken", null));
        browser.Page.Status.ShouldBe(HttpStatusCode.BadRequest);
        browser.Page.ProblemCode.ShouldBe("MOI-SYS-403");
    }

    [Fact]
    public async Task The_last_hour_of_a_day_cannot_be_prolonged_and_the_page_knows()
    {
        using var browser = await CitizenAsync();
        for (var minutes = 0; minutes < 23 * 60 + 30; minutes += 30)
        {
            idp.App.Time.Advance(TimeSpan.FromMinutes(30));
            (await browser.OpenAsync("/account/sessions")).Path.ShouldBe("/account/sessions");
        }

        Html.Attribute(browser.Page.Body, "data-final").ShouldBe("true");
        Html.Attribute(browser.Page.Body, "data-seconds").ShouldBe("1800");
    }

    [Fact]
    public async Task Every_page_of_somebody_signed_in_warns_and_no_other()
    {
        using var browser = await CitizenAsync();
        foreach (var path in (string[])["/", "/help", "/account", "/sign-in", "/sign-up", "/no-such-page"])
        {
            Html.Attribute((await browser.OpenAsync(path)).Body, "data-lead").ShouldBe("150", path);
        }

        browser.Cookies.Remove("moi-session");
        foreach (var path in (string[])["/", "/sign-in", "/session-ended", "/no-such-page"])
        {
            Html.Attribute((await browser.OpenAsync(path)).Body, "data-lead").ShouldBeNull(path);
        }
    }

    [Fact]
    public async Task Afterwards_a_page_says_what_happened_and_leads_back()
    {
        using var browser = await CitizenAsync();
        idp.App.Time.Advance(TimeSpan.FromHours(1));
        await browser.OpenAsync("/session-ended?return=%2Faccount%2Fsessions");
        browser.Page.Text.ShouldContain("You have been signed out");
        browser.Page.Body.ShouldContain("/sign-in?return=%2Faccount%2Fsessions");

        await browser.SignInAsync("?return=/account/sessions");
        browser.Page.Path.ShouldBe("/account/sessions");
        (await browser.OpenAsync("/session-ended?return=%2Faccount%2Factivity")).Path.ShouldBe("/account/activity");
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("//evil.example")]
    public async Task It_leads_nowhere_else(string back)
    {
        using var browser = idp.Browser();
        await browser.OpenAsync("/session-ended?return=" + Uri.EscapeDataString(back));
        browser.Page.Body.ShouldContain("/sign-in?return=%2Faccount\"");
    }

    private static HtmlForm Warning(BrowserPage page) => page.Forms.Single(form => form.Action == "/session");

    private static (int Seconds, bool IsFinal) Read(BrowserPage page)
    {
        var state = JsonNode.Parse(page.Body)!;
        return ((int)state["seconds"]!, (bool)state["final"]!);
    }

    private static async Task<(int Seconds, bool IsFinal)> LookAsync(CitizenBrowser browser)
        => Read(await browser.OpenAsync("/session"));

    private async Task<CitizenBrowser> CitizenAsync()
    {
        var browser = idp.Browser();
        await browser.SignUpAsync();
        return browser;
    }
}
