using Microsoft.Playwright;
using Moi.Identity.Browser.Tests.Browsers;
using static Moi.Identity.Browser.Tests.Citizens;

namespace Moi.Identity.Browser.Tests;

/// <summary>The main road with nothing but a keyboard: every stop is seen, and nothing needs a pointer.</summary>
public sealed class KeyboardTests(PasskeyBrowser browser, Site site)
{
    private const string Focus =
        """
        () => {
          const element = document.activeElement;
          const style = getComputedStyle(element);
          const box = element.getBoundingClientRect();
          const name = (element.labels?.[0]?.textContent ?? element.textContent ?? "").replace(/\s+/g, " ").trim();
          const isSeen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
            && box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight;
          return [name, isSeen ? "seen" : "not seen", element.tagName];
        }
        """;

    [Fact]
    public async Task A_citizen_signs_up_consents_and_signs_out_without_a_pointer()
    {
        await using var device = await browser.DeviceAsync(InEnglish);
        var tab = await device.TabAsync();
        await tab.AddAuthenticatorAsync();
        await tab.GoAsync(site.Agency);
        await EnterOnAsync(tab, "Sign in with a passkey");
        await tab.SeesAsync("Sign in to continue to Hello Agency");
        await EnterOnAsync(tab, "First time here? Create an account (about 3 minutes)");
        await tab.SeesAsync("Create an account");
        await TabToAsync(tab, "What shall we call you?");
        await tab.Page.Keyboard.TypeAsync("Mei");
        await tab.Page.Keyboard.PressAsync("Enter");
        await tab.SeesAsync("Create your passkey");
        await EnterOnAsync(tab, "Create a passkey");
        await tab.SeesAsync("Your passkey is ready");
        await EnterOnAsync(tab, "Continue to Hello Agency");
        await tab.SeesAsync("Hello Agency is asking for the following");
        await EnterOnAsync(tab, "Agree and continue");
        await tab.SeesAsync("This is what the agency knows about you");
        await EnterOnAsync(tab, "Sign out");
        await tab.SeesAsync("You have signed out");
    }

    [Fact]
    public async Task The_sign_in_page_is_walked_in_the_order_it_is_read()
    {
        await using var device = await browser.DeviceAsync(InEnglish);
        var tab = await device.TabAsync();
        await tab.AddAuthenticatorAsync();
        await tab.GoAsync(site.Idp + "/sign-in");
        await Assertions.Expect(tab.Page.GetByLabel("Or tap here and pick a saved passkey (no typing)")).ToBeVisibleAsync();
        var stops = new List<string>();
        do
        {
            await tab.Page.Keyboard.PressAsync("Tab");
            stops.Add(await StopAsync(tab));
        }
        while (stops[^1] != "Trouble signing in?");

        stops.SkipWhile(stop => stop != "中文").Skip(1).ShouldBe(
        [
            ":::", "Sign in with face, fingerprint or screen lock", "Or tap here and pick a saved passkey (no typing)",
            "Use a phone or security key", "First time here? Create an account (about 3 minutes)", "Trouble signing in?",
        ]);
    }

    private static async Task EnterOnAsync(Tab tab, string name)
    {
        await TabToAsync(tab, name);
        await tab.Page.Keyboard.PressAsync("Enter");
    }

    private static async Task TabToAsync(Tab tab, string name)
    {
        await tab.Page.WaitForLoadStateAsync();
        for (var stops = 0; stops < 40; stops++)
        {
            await tab.Page.Keyboard.PressAsync("Tab");
            if (await StopAsync(tab) == name)
            {
                return;
            }
        }

        throw new InvalidOperationException($"The keyboard does not reach “{name}” on {tab.Page.Url}.");
    }

    /// <summary>Where the focus is, which must show.</summary>
    private static async Task<string> StopAsync(Tab tab)
    {
        var stop = await tab.Page.EvaluateAsync<string[]>(Focus);
        if (stop[2] != "BODY")
        {
            stop[1].ShouldBe("seen", $"“{stop[0]}” on {tab.Page.Url}");
        }

        return stop[0];
    }
}
