using Microsoft.Playwright;
using Moi.Identity.Browser.Tests.Browsers;
using static Moi.Identity.Browser.Tests.Citizens;

namespace Moi.Identity.Browser.Tests;

/// <summary>The browser's Back button: never a dead end, and never a question about sending a form once more.</summary>
public sealed class BackTests(PasskeyBrowser browser, Site site)
{
    /// <summary>Seen failing on 2026-11-27: the browser asked whether to send the form again.</summary>
    [Fact]
    public async Task Back_to_a_page_that_answered_a_form_opens_it_anew()
    {
        await using var device = await browser.DeviceAsync(InEnglish);
        var tab = await device.TabAsync();
        await tab.AddAuthenticatorAsync(AuthenticatorKind.Phone with { VerifiesUser = false });
        await tab.GoAsync(site.Idp + "/sign-in");
        await tab.PressAsync("Sign in with face, fingerprint or screen lock");
        await tab.SeesAsync("Not finished yet");
        await tab.FollowAsync("Help");
        await tab.SeesAsync("Help");
        await tab.Page.GoBackAsync();
        await tab.SeesAsync("Sign in to My Digital Identity");

        await tab.GoAsync(site.Idp + "/sign-up");
        await tab.Page.GetByLabel("What shall we call you?").FillAsync("A123456789");
        await tab.PressAsync("Next");
        await Assertions.Expect(tab.Page.Locator(".has-error")).ToBeVisibleAsync();
        await tab.FollowAsync("Help");
        await tab.SeesAsync("Help");
        await tab.Page.GoBackAsync();
        await tab.SeesAsync("Create an account");
    }

    /// <summary>Seen failing on 2026-11-27: it said that the sign-up was over, and the way to the agency was lost.</summary>
    [Fact]
    public async Task Back_from_the_passkey_that_was_made_leads_on_to_the_agency()
    {
        await using var device = await browser.DeviceAsync(InEnglish);
        var tab = await device.TabAsync();
        await tab.AddAuthenticatorAsync();
        await tab.GoAsync(site.Agency);
        await tab.FollowAsync("Sign in with a passkey");
        await tab.FollowAsync("First time here? Create an account (about 3 minutes)");
        await tab.SignUpAsync("Mei");

        await tab.Page.GoBackAsync();
        await tab.SeesAsync("Your passkey is ready");
        await tab.FollowAsync("Continue to Hello Agency");
        await tab.SeesAsync("Hello Agency is asking for the following");

        // The page before is used up; it says so to somebody who is signed in, and Forward is still there.
        await tab.Page.GoBackAsync();
        await tab.SeesAsync("You are signed in");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Main)).ToContainTextAsync("MOI-SES-004");
        await tab.Page.GoForwardAsync();
        await tab.PressAsync("Agree and continue");
        await tab.SeesAsync("This is what the agency knows about you");
    }

    /// <summary>Seen failing on 2026-11-27: the agency's page came back with the citizen's data in it.</summary>
    [Fact]
    public async Task Back_after_the_sign_out_shows_nothing_of_the_citizen()
    {
        await using var device = await browser.DeviceAsync(InEnglish);
        var tab = await device.TabAsync();
        await tab.AddAuthenticatorAsync();
        await tab.EnterAsNewcomerAsync(site);
        await tab.PressAsync("Sign out");
        await tab.SeesAsync("You have signed out");
        await tab.RemoveAuthenticatorsAsync();

        await tab.Page.GoBackAsync();

        await Assertions.Expect(tab.Heading).Not.ToHaveTextAsync("This is what the agency knows about you");
        await Assertions.Expect(tab.Page.Locator("[data-claim]")).ToHaveCountAsync(0);
    }
}
