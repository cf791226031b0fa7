using Microsoft.Playwright;
using Moi.Identity.Browser.Tests.Browsers;
using static Moi.Identity.Browser.Tests.Citizens;

namespace Moi.Identity.Browser.Tests;

/// <summary>How a visit to an agency ends: everywhere at once.</summary>
public sealed class EndingTests(PasskeyBrowser browser, Site site)
{
    [Fact]
    public async Task A_citizen_is_signed_out_everywhere()
    {
        await using var device = await browser.DeviceAsync(InEnglish);
        var tab = await device.TabAsync();
        await tab.AddAuthenticatorAsync();
        await tab.EnterAsNewcomerAsync(site);
        await tab.PressAsync("Sign out");
        await tab.Page.WaitForURLAsync(url => url.StartsWith(site.Agency, StringComparison.Ordinal));
        await tab.SeesAsync("You have signed out");

        await tab.RemoveAuthenticatorsAsync();
        await tab.GoAsync(site.Idp + "/account");
        await tab.SeesAsync("Sign in to My Digital Identity");
    }

    [Fact]
    public async Task A_citizen_signs_out_at_the_identity_provider_and_the_agency_hears_of_it()
    {
        await using var device = await browser.DeviceAsync(InEnglish);
        var tab = await device.TabAsync();
        await tab.AddAuthenticatorAsync();
        await tab.EnterAsNewcomerAsync(site);
        await tab.SignOutAsync(site.Idp);

        await Testing.Eventually.TrueAsync(
            async () =>
            {
                await tab.GoAsync(site.Agency);
                return await tab.Heading.InnerTextAsync() == "Get things done without a password";
            },
            "the agency has signed the citizen out");
    }

    [Fact]
    public async Task A_citizen_signs_out_on_the_account_page()
    {
        await using var device = await browser.DeviceAsync(InEnglish);
        var tab = await device.TabAsync();
        await tab.AddAuthenticatorAsync();
        await tab.SignUpAtAsync(site.Idp);
        await tab.PressAsync("Sign out");
        await tab.SeesAsync("You are signed out");
    }

    [Fact]
    public async Task A_citizen_disconnects_the_agency_and_is_asked_again()
    {
        await using var device = await browser.DeviceAsync(InEnglish);
        var tab = await device.TabAsync();
        await tab.AddAuthenticatorAsync();
        await tab.EnterAsNewcomerAsync(site);
        await tab.GoAsync(site.Idp + "/account/services");
        await Assertions.Expect(tab.Page.Locator(".rows > li")).ToContainTextAsync("Hello Agency");
        await tab.Page.Locator(".rows button").ClickAsync();
        await tab.SeesAsync("Connected services");
        await Assertions.Expect(tab.Page.Locator(".rows > li")).ToHaveCountAsync(0);

        await device.Context.ClearCookiesAsync(new() { Domain = "hello.localhost" });
        await tab.GoAsync(site.Agency + "/me");
        await tab.SeesAsync("Hello Agency is asking for the following");
    }
}
