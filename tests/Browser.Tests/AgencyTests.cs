using Microsoft.Playwright;
using Moi.Identity.Browser.Tests.Browsers;
using static Moi.Identity.Browser.Tests.Citizens;

namespace Moi.Identity.Browser.Tests;

/// <summary>What citizens do at an agency: the sample, signed in through the Sdk.</summary>
public sealed class AgencyTests(PasskeyBrowser browser, Site site)
{
    [Fact]
    public async Task A_citizen_signs_up_and_enters_an_agency_service()
    {
        await using var device = await browser.DeviceAsync(InEnglish);
        var tab = await device.TabAsync();
        await tab.AddAuthenticatorAsync();
        await tab.EnterAsNewcomerAsync(site);

        await Assertions.Expect(tab.Page.Locator("[data-claim=nickname]")).ToHaveTextAsync("Mei");
        await Assertions.Expect(tab.Page.Locator("[data-claim=acr]")).ToHaveTextAsync("urn:moi:acr:1");
        new Uri(tab.Page.Url).PathAndQuery.ShouldBe("/me");

        // Back at the question that is answered, nothing is said that is not so, and the answer can be looked up.
        await tab.Page.GoBackAsync();
        await tab.SeesAsync("This step is over");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Main)).ToContainTextAsync("Nothing more was sent now");
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "See connected services" }).ClickAsync();
        await tab.SeesAsync("Connected services");
    }

    [Fact]
    public async Task A_citizen_returns_to_the_agency_with_autofill()
    {
        await using var device = await browser.DeviceAsync(InEnglish);
        var tab = await device.TabAsync();
        await tab.AddAuthenticatorAsync();
        await tab.EnterAsNewcomerAsync(site);
        var subject = await tab.Page.Locator("[data-claim=sub]").InnerTextAsync();
        await device.Context.ClearCookiesAsync();

        // One touch: no button, and no question that was answered before.
        await tab.GoAsync(site.Agency + "/me");
        await tab.SeesAsync("This is what the agency knows about you");
        (await tab.Page.Locator("[data-claim=sub]").InnerTextAsync()).ShouldBe(subject);
    }

    [Fact]
    public async Task A_citizen_who_lost_the_agencys_session_is_back_without_a_touch()
    {
        await using var device = await browser.DeviceAsync(InEnglish);
        var tab = await device.TabAsync();
        await tab.AddAuthenticatorAsync();
        await tab.EnterAsNewcomerAsync(site);
        await tab.RemoveAuthenticatorsAsync();
        await device.Context.ClearCookiesAsync(new() { Domain = "hello.localhost" });

        await tab.GoAsync(site.Agency + "/me");
        await tab.SeesAsync("This is what the agency knows about you");
    }

    [Fact]
    public async Task A_citizen_refuses_consent_and_nothing_is_sent()
    {
        await using var device = await browser.DeviceAsync(InEnglish);
        var tab = await device.TabAsync();
        await tab.AddAuthenticatorAsync();
        await tab.SignUpAtAsync(site.Idp);
        await tab.GoAsync(site.Agency + "/me");
        await tab.SeesAsync("Hello Agency is asking for the following");
        await tab.PressAsync("Decline and go back to Hello Agency");
        await tab.Page.WaitForURLAsync(url => url.StartsWith(site.Agency, StringComparison.Ordinal));
        await Assertions.Expect(tab.Page.Locator("[data-claim]")).ToHaveCountAsync(0);
        await tab.GoAsync(site.Agency);
        await tab.SeesAsync("Get things done without a password");
    }

    [Fact]
    public async Task A_citizen_cancels_the_prompt_on_the_way_to_the_agency_and_still_arrives()
    {
        await using var device = await browser.DeviceAsync(InEnglish);
        var tab = await device.TabAsync();
        var phone = await tab.AddAuthenticatorAsync();
        await tab.EnterAsNewcomerAsync(site);
        await device.Context.ClearCookiesAsync();
        await tab.VerifyUserAsync(phone, false);

        await tab.GoAsync(site.Agency + "/me");
        await tab.SeesAsync("Sign in to continue to Hello Agency");
        await tab.PressAsync("Sign in with face, fingerprint or screen lock");
        await tab.SeesAsync("Not finished yet");
        await tab.VerifyUserAsync(phone, true);
        await tab.PressAsync("Try again");
        await tab.SeesAsync("This is what the agency knows about you");
    }

    [Fact]
    public async Task A_citizen_uses_two_tabs_and_each_arrives_where_it_was_going()
    {
        await using var device = await browser.DeviceAsync(InEnglish);
        var first = await device.TabAsync();
        var phone = await first.AddAuthenticatorAsync();
        await first.EnterAsNewcomerAsync(site);
        var passkey = (await first.PasskeysAsync(phone)).ShouldHaveSingleItem();
        await first.RemoveAuthenticatorAsync(phone);
        await device.Context.ClearCookiesAsync();

        var second = await device.TabAsync();
        await first.GoAsync(site.Agency + "/me");
        await second.GoAsync(site.Agency + "/letter");
        await first.SeesAsync("Sign in to continue to Hello Agency");
        await second.SeesAsync("Sign in to continue to Hello Agency");
        foreach (var (tab, arrival) in ((Tab, string)[])[(second, "Your letter"), (first, "This is what the agency knows about you")])
        {
            var here = await tab.AddAuthenticatorAsync();
            await tab.AddPasskeyAsync(here, passkey);
            await tab.PressAsync("Sign in with face, fingerprint or screen lock");
            await tab.SeesAsync(arrival);
            passkey = (await tab.PasskeysAsync(here)).ShouldHaveSingleItem();
        }
    }

    [Fact]
    public async Task A_citizen_without_JavaScript_is_told_on_the_way_to_the_agency()
    {
        await using var device = await browser.DeviceAsync(InEnglish with { JavaScript = false });
        var tab = await device.TabAsync();
        await tab.GoAsync(site.Agency + "/me");
        await tab.SeesAsync("Sign in to continue to Hello Agency");
        await tab.PressAsync("Sign in with face, fingerprint or screen lock");
        await tab.SeesAsync("JavaScript did not run on this page");
    }
}
