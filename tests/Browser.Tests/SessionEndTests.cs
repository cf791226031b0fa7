using Microsoft.Playwright;
using Moi.Identity.Browser.Tests.Browsers;
using static Moi.Identity.Browser.Tests.Citizens;

namespace Moi.Identity.Browser.Tests;

/// <summary>What a citizen sees who does nothing for an hour. Servers and browser have clocks that the test moves.</summary>
public sealed class SessionEndTests(PasskeyBrowser browser, LaterSite site) : IClassFixture<LaterSite>
{
    private static readonly TimeSpan UntilWarning = new(0, 57, 31);

    [Fact]
    public async Task A_citizen_is_asked_in_time_and_stays()
    {
        await using var device = await DeviceAsync();
        var tab = await CitizenAsync(device);
        await PassAsync(tab, new TimeSpan(0, 57, 0));
        await Assertions.Expect(Warning(tab)).ToBeHiddenAsync();

        await PassAsync(tab, TimeSpan.FromSeconds(31));
        await Assertions.Expect(Warning(tab)).ToBeVisibleAsync();
        await Assertions.Expect(tab.Page.Locator("[data-message]")).ToHaveTextAsync("You’ll be signed out in 2 minutes.");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Stay signed in" })).ToBeFocusedAsync();
        (await tab.Page.ViolationsAsync()).ShouldBeEmpty();
        await PassAsync(tab, TimeSpan.FromSeconds(60));
        await Assertions.Expect(tab.Page.Locator("[data-message]")).ToHaveTextAsync("You’ll be signed out in 1 minute.");

        await tab.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(Warning(tab)).ToBeHiddenAsync();
        await PassAsync(tab, TimeSpan.FromMinutes(50));
        await tab.GoAsync(site.Idp + "/account");
        await tab.SeesAsync("Hello, Mei");
    }

    [Fact]
    public async Task A_citizen_who_does_not_answer_is_told_what_happened_and_gets_back()
    {
        await using var device = await DeviceAsync();
        var tab = await CitizenAsync(device);
        await tab.GoAsync(site.Idp + "/account/sessions");
        await PassAsync(tab, UntilWarning);
        await Assertions.Expect(Warning(tab)).ToBeVisibleAsync();
        await PassAsync(tab, TimeSpan.FromMinutes(3));
        await tab.SeesAsync("You have been signed out");
        await tab.FollowAsync("Sign in again");
        await tab.SeesAsync("Signed-in devices");
    }

    [Fact]
    public async Task A_citizen_who_is_typing_keeps_the_focus()
    {
        await using var device = await DeviceAsync();
        var tab = await CitizenAsync(device);
        await tab.GoAsync(site.Idp + "/account/passkeys");
        await tab.Page.Locator("a[href*='/rename']").ClickAsync();
        await tab.Page.Locator("#name").FillAsync("");
        await tab.Page.Keyboard.TypeAsync("My ph");
        await PassAsync(tab, UntilWarning);
        await Assertions.Expect(Warning(tab)).ToBeVisibleAsync();
        await Assertions.Expect(tab.Page.Locator("#name")).ToBeFocusedAsync();
        await tab.Page.Keyboard.TypeAsync("one");
        await Assertions.Expect(tab.Page.Locator("#name")).ToHaveValueAsync("My phone");
        await tab.PressAsync("Stay signed in");
        await Assertions.Expect(Warning(tab)).ToBeHiddenAsync();
        await Assertions.Expect(tab.Page.Locator("#name")).ToHaveValueAsync("My phone");
    }

    [Fact]
    public async Task A_citizen_who_works_in_another_tab_is_left_alone()
    {
        await using var device = await DeviceAsync();
        var quiet = await CitizenAsync(device);
        var busy = await device.TabAsync();
        await PassAsync(quiet, TimeSpan.FromMinutes(40));
        await busy.GoAsync(site.Idp + "/account/activity");
        await PassAsync(quiet, TimeSpan.FromMinutes(50));
        await Assertions.Expect(Warning(quiet)).ToBeHiddenAsync();

        // Both are asked at last; one answer is enough for both.
        await PassAsync(quiet, TimeSpan.FromMinutes(8));
        await Assertions.Expect(Warning(quiet)).ToBeVisibleAsync();
        await Assertions.Expect(Warning(busy)).ToBeVisibleAsync();
        await busy.PressAsync("Stay signed in");
        await Assertions.Expect(Warning(busy)).ToBeHiddenAsync();
        await Assertions.Expect(Warning(quiet)).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_citizen_who_only_visits_an_agency_is_left_alone()
    {
        await using var device = await DeviceAsync();
        var tab = await CitizenAsync(device);
        var agency = await device.TabAsync();
        await agency.GoAsync(site.Agency + "/me");
        await agency.PressAsync("Agree and continue");
        await PassAsync(tab, TimeSpan.FromMinutes(40));
        await device.Context.ClearCookiesAsync(new() { Domain = "hello.localhost" });
        await agency.GoAsync(site.Agency + "/me");
        await agency.SeesAsync("This is what the agency knows about you");
        await PassAsync(tab, TimeSpan.FromMinutes(30));
        await tab.Page.WaitForFunctionAsync("() => document.querySelector('dialog').open === false");
        new Uri(tab.Page.Url).AbsolutePath.ShouldBe("/account");
    }

    private static ILocator Warning(Tab tab) => tab.Page.Locator("dialog[data-session-end]");

    /// <summary>Time passes for the servers, and for the browser.</summary>
    private async Task PassAsync(Tab tab, TimeSpan time)
    {
        site.Pass(time);
        await tab.Page.Clock.FastForwardAsync((long)time.TotalMilliseconds);
    }

    private async Task<Device> DeviceAsync()
    {
        var device = await browser.DeviceAsync(InEnglish);
        await device.Context.Clock.InstallAsync();
        return device;
    }

    private async Task<Tab> CitizenAsync(Device device)
    {
        var tab = await device.TabAsync();
        await tab.AddAuthenticatorAsync();
        await tab.SignUpAtAsync(site.Idp);
        return tab;
    }
}
