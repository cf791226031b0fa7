using Microsoft.Playwright;
using Moi.Identity.Browser.Tests.Browsers;
using static Moi.Identity.Browser.Tests.Citizens;

namespace Moi.Identity.Browser.Tests;

/// <summary>What citizens meet minutes and hours after they signed in.</summary>
public sealed class LaterTests(PasskeyBrowser browser, LaterSite site) : IClassFixture<LaterSite>
{
    [Fact]
    public async Task A_citizen_steps_up_for_an_act_that_matters()
    {
        await using var device = await browser.DeviceAsync(InEnglish);
        var tab = await device.TabAsync();
        var phone = await tab.AddAuthenticatorAsync();
        await tab.EnterAsNewcomerAsync(site);
        await tab.GoAsync(site.Agency + "/letter");
        await tab.SeesAsync("Your letter");

        // The sign-in is fresh for five minutes; afterwards only a touch will do, and it must be verified.
        site.Pass(TimeSpan.FromMinutes(6));
        await tab.VerifyUserAsync(phone, false);
        await tab.GoAsync(site.Agency + "/letter");
        await tab.SeesAsync("Confirm it’s you");
        await tab.PressAsync("Confirm with face, fingerprint or screen lock");
        await tab.SeesAsync("Not finished yet");
        await tab.VerifyUserAsync(phone, true);
        await tab.PressAsync("Try again");
        await tab.SeesAsync("Your letter");
        await Assertions.Expect(tab.Page.Locator("main")).ToContainTextAsync("You confirmed a moment ago that it is you");
    }

    [Fact]
    public async Task A_citizen_loses_the_session_after_an_hour_and_signs_in_again()
    {
        await using var device = await browser.DeviceAsync(InEnglish with { Autofill = false });
        var tab = await device.TabAsync();
        await tab.AddAuthenticatorAsync();
        await tab.EnterAsNewcomerAsync(site);
        var subject = await tab.Page.Locator("[data-claim=sub]").InnerTextAsync();
        site.Pass(TimeSpan.FromMinutes(61));

        await tab.GoAsync(site.Idp + "/account");
        await tab.SeesAsync("Sign in to My Digital Identity");
        await tab.PressAsync("Sign in with face, fingerprint or screen lock");
        await tab.SeesAsync("Hello, Mei");

        await device.Context.ClearCookiesAsync(new() { Domain = "hello.localhost" });
        await tab.GoAsync(site.Agency + "/me");
        await tab.SeesAsync("This is what the agency knows about you");
        (await tab.Page.Locator("[data-claim=sub]").InnerTextAsync()).ShouldBe(subject);
    }

    [Fact]
    public async Task A_citizen_answers_the_prompt_too_late_and_gets_a_new_one()
    {
        await using var device = await browser.DeviceAsync(InEnglish with { Autofill = false });
        var tab = await device.TabAsync();
        await tab.AddAuthenticatorAsync();
        await tab.SignUpAtAsync(site.Idp);
        await tab.SignOutAsync(site.Idp);
        await tab.GoAsync(site.Idp + "/sign-in");
        site.Pass(TimeSpan.FromMinutes(6));
        await tab.PressAsync("Sign in with face, fingerprint or screen lock");
        await tab.SeesAsync("Time ran out");
        await tab.PressAsync("Try again");
        await tab.SeesAsync("Hello, Mei");
    }
}
