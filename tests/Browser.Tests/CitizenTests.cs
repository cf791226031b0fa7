using Microsoft.Playwright;
using Moi.Identity.Browser.Tests.Browsers;
using static Moi.Identity.Browser.Tests.Citizens;

namespace Moi.Identity.Browser.Tests;

/// <summary>What citizens do at the identity provider itself.</summary>
public sealed class CitizenTests(PasskeyBrowser browser, Site site)
{
    [Fact]
    public async Task A_citizen_signs_up_and_comes_back_with_autofill()
    {
        await using var device = await browser.DeviceAsync(InEnglish);
        var tab = await device.TabAsync();
        await tab.AddAuthenticatorAsync();
        await tab.SignUpAtAsync(site.Idp);
        await tab.SignOutAsync(site.Idp);

        // The passkey is offered as soon as the page is open; this device takes it.
        await tab.GoAsync(site.Idp + "/account");
        await tab.SeesAsync("Hello, Mei");
    }

    [Fact]
    public async Task A_citizen_comes_back_with_a_security_key()
    {
        await using var device = await browser.DeviceAsync(InEnglish);
        var tab = await device.TabAsync();
        var key = await tab.AddAuthenticatorAsync(AuthenticatorKind.SecurityKey);
        await tab.GoAsync(site.Idp + "/sign-up");
        await tab.Page.GetByLabel("What shall we call you?").FillAsync("Key holder");
        await tab.PressAsync("Next");
        await tab.PressAsync("Use a security key instead");
        await tab.SeesAsync("Your passkey is ready");
        await Assertions.Expect(tab.Page.GetByText("This device only")).ToBeVisibleAsync();
        await tab.SignOutAsync(site.Idp);

        await tab.GoAsync(site.Idp + "/sign-in/phone");
        await tab.PressAsync("Use a security key");
        await tab.SeesAsync("Use this device next time?");
        await tab.GoAsync(site.Idp + "/account");
        await tab.SeesAsync("Hello, Key holder");
        (await tab.PasskeysAsync(key)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_citizen_adds_a_second_passkey_and_removes_the_first()
    {
        await using var device = await browser.DeviceAsync(InEnglish);
        var tab = await device.TabAsync();
        var phone = await tab.AddAuthenticatorAsync();
        await tab.SignUpAtAsync(site.Idp);

        await tab.GoAsync(site.Idp + "/account/passkeys");
        await tab.Page.Locator("a[href*='/remove']").ClickAsync();
        await tab.SeesAsync("It cannot be removed");

        await tab.FollowAsync("Add another");
        await tab.PressAsync("Confirm it’s you");
        await tab.SeesAsync("Create the new passkey");
        await tab.AddAuthenticatorAsync(AuthenticatorKind.SecurityKey);
        await tab.FollowAsync("A security key");
        await tab.SeesAsync("Add a security key");
        await tab.PressAsync("Use the security key");
        await tab.SeesAsync("Passkeys");
        await Assertions.Expect(tab.Page.Locator(".rows > li")).ToHaveCountAsync(2);
        (await tab.PasskeysAsync(phone)).Count.ShouldBe(1);

        // The phone is gone: the key confirms, so the session goes on with the key.
        await tab.RemoveAuthenticatorAsync(phone);
        await tab.Page.Locator(".rows > li", new() { HasText = "In use now" }).Locator("a[href*='/remove']").ClickAsync();
        await tab.PressAsync("Confirm it’s you and remove");
        await tab.SeesAsync("Passkeys");
        await tab.GoAsync(site.Idp + "/sign-in");
        await tab.GoAsync(site.Idp + "/account/passkeys");
        await tab.SeesAsync("Passkeys");
        await Assertions.Expect(tab.Page.Locator(".rows > li")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task A_citizen_cancels_the_prompt_and_tries_again()
    {
        await using var device = await browser.DeviceAsync(InEnglish);
        var tab = await device.TabAsync();
        var phone = await tab.AddAuthenticatorAsync(AuthenticatorKind.Phone with { VerifiesUser = false });
        await tab.GoAsync(site.Idp + "/sign-up");
        await tab.Page.GetByLabel("What shall we call you?").FillAsync("Mei");
        await tab.PressAsync("Next");
        await tab.PressAsync("Create a passkey");
        await tab.SeesAsync("Not finished yet");
        await Assertions.Expect(tab.Page.Locator("main")).ToContainTextAsync("MOI-WA-");

        await tab.VerifyUserAsync(phone, true);
        await tab.PressAsync("Try again");
        await tab.SeesAsync("Your passkey is ready");
        await tab.SignOutAsync(site.Idp);

        await tab.VerifyUserAsync(phone, false);
        await tab.GoAsync(site.Idp + "/sign-in");
        await tab.PressAsync("Sign in with face, fingerprint or screen lock");
        await tab.SeesAsync("Not finished yet");
        await tab.VerifyUserAsync(phone, true);
        await tab.PressAsync("Try again");
        await tab.SeesAsync("Hello, Mei");
        await tab.GoAsync(site.Idp + "/account");
        await tab.SeesAsync("Hello, Mei");
    }

    [Fact]
    public async Task A_citizen_has_no_JavaScript_and_is_told()
    {
        await using var device = await browser.DeviceAsync(InEnglish with { JavaScript = false });
        var tab = await device.TabAsync();
        await tab.GoAsync(site.Idp + "/sign-in");
        await tab.PressAsync("Sign in with face, fingerprint or screen lock");
        await tab.SeesAsync("JavaScript did not run on this page");

        await tab.GoAsync(site.Idp + "/sign-up");
        await tab.Page.GetByLabel("What shall we call you?").FillAsync("Mei");
        await tab.PressAsync("Next");
        await tab.PressAsync("Create a passkey");
        await tab.SeesAsync("JavaScript did not run on this page");

        await tab.Page.Locator("a.back").ClickAsync();
        await Assertions.Expect(tab.Page.GetByLabel("What shall we call you?")).ToHaveValueAsync("Mei");
    }

    [Fact]
    public async Task A_citizen_signs_in_in_two_tabs_at_once()
    {
        await using var device = await browser.DeviceAsync(InEnglish);
        var first = await device.TabAsync();
        var phone = await first.AddAuthenticatorAsync();
        await first.SignUpAtAsync(site.Idp);
        await first.SignOutAsync(site.Idp);
        var passkey = (await first.PasskeysAsync(phone)).ShouldHaveSingleItem();
        await first.RemoveAuthenticatorAsync(phone);

        // Both pages are open, with a ceremony each, before either is used.
        var second = await device.TabAsync();
        await first.GoAsync(site.Idp + "/account");
        await second.GoAsync(site.Idp + "/account");
        foreach (var tab in (Tab[])[first, second])
        {
            // One authenticator serves one page only, so the passkey moves along, with its signature counter.
            var here = await tab.AddAuthenticatorAsync();
            await tab.AddPasskeyAsync(here, passkey);
            await tab.PressAsync("Sign in with face, fingerprint or screen lock");
            await tab.SeesAsync("Hello, Mei");
            passkey = (await tab.PasskeysAsync(here)).ShouldHaveSingleItem();
        }
    }

    [Fact]
    public async Task A_citizen_offers_a_passkey_that_was_removed_and_the_device_forgets_it()
    {
        await using var device = await browser.DeviceAsync(InEnglish);
        var tab = await device.TabAsync();
        var phone = await tab.AddAuthenticatorAsync();
        await tab.SignUpAtAsync(site.Idp);
        var passkey = (await tab.PasskeysAsync(phone)).ShouldHaveSingleItem();
        await tab.GoAsync(site.Idp + "/account/passkeys/add");
        await tab.PressAsync("Confirm it’s you");
        await tab.SeesAsync("Create the new passkey");
        await tab.AddAuthenticatorAsync(AuthenticatorKind.SecurityKey);
        await tab.FollowAsync("A security key");
        await tab.SeesAsync("Add a security key");
        await tab.PressAsync("Use the security key");
        await tab.SeesAsync("Passkeys");
        await tab.Page.Locator(".rows > li", new() { HasText = "Synced" }).Locator("a[href*='/remove']").ClickAsync();
        await tab.PressAsync("Confirm it’s you and remove");
        await tab.Page.WaitForURLAsync(url => !url.Contains("/remove", StringComparison.Ordinal));

        await using var other = await browser.DeviceAsync(InEnglish);
        var elsewhere = await other.TabAsync();
        await elsewhere.GoAsync(site.Idp + "/sign-in");
        var copy = await elsewhere.AddAuthenticatorAsync();
        await elsewhere.AddPasskeyAsync(copy, passkey);
        await elsewhere.PressAsync("Sign in with face, fingerprint or screen lock");
        await elsewhere.SeesAsync("This passkey no longer works");
        await Testing.Eventually.TrueAsync(
            async () => (await elsewhere.PasskeysAsync(copy)).Count == 0, "the device forgets the passkey");
    }

    [Fact]
    public async Task A_citizen_signs_out_another_device()
    {
        await using var home = await browser.DeviceAsync(InEnglish);
        var tab = await home.TabAsync();
        var phone = await tab.AddAuthenticatorAsync();
        await tab.SignUpAtAsync(site.Idp);
        var passkey = (await tab.PasskeysAsync(phone)).ShouldHaveSingleItem();

        await using var office = await browser.DeviceAsync(InEnglish);
        var other = await office.TabAsync();
        await other.AddPasskeyAsync(await other.AddAuthenticatorAsync(), passkey);
        await other.GoAsync(site.Idp + "/account");
        await other.SeesAsync("Hello, Mei");
        await other.RemoveAuthenticatorsAsync();

        await tab.GoAsync(site.Idp + "/account/sessions");
        await tab.PressAsync("Sign out everywhere else");
        await Assertions.Expect(tab.Page.Locator(".rows > li")).ToHaveCountAsync(1);
        await other.GoAsync(site.Idp + "/account");
        await other.SeesAsync("Sign in to My Digital Identity");
    }
}
