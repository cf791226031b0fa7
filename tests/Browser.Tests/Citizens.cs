using Microsoft.Playwright;
using Moi.Identity.Browser.Tests.Browsers;

namespace Moi.Identity.Browser.Tests;

/// <summary>What citizens do, in the words of the English pages.</summary>
internal static class Citizens
{
    internal static readonly DeviceOptions InEnglish = new() { Language = "en" };

    internal static Task GoAsync(this Tab tab, string address) => tab.Page.GotoAsync(address);

    /// <summary>Presses a button, no earlier than the page has come in: nobody is as quick as a test.</summary>
    internal static async Task PressAsync(this Tab tab, string button)
    {
        await tab.Page.WaitForLoadStateAsync(LoadState.DOMContentLoaded);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).First.ClickAsync();
    }

    /// <summary>Follows a link, no earlier than the page has come in.</summary>
    internal static async Task FollowAsync(this Tab tab, string link)
    {
        await tab.Page.WaitForLoadStateAsync(LoadState.DOMContentLoaded);
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = link, Exact = true }).First.ClickAsync();
    }

    /// <summary>Waits until this is the heading of the page.</summary>
    internal static Task SeesAsync(this Tab tab, string heading) => Assertions.Expect(tab.Heading).ToHaveTextAsync(heading);

    /// <summary>From the sign-up page to the page that says the passkey is ready.</summary>
    internal static async Task SignUpAsync(this Tab tab, string label)
    {
        await tab.Page.GetByLabel("What shall we call you?").FillAsync(label);
        await tab.PressAsync("Next");
        await tab.SeesAsync("Create your passkey");
        await tab.PressAsync("Create a passkey");
        await tab.SeesAsync("Your passkey is ready");
    }

    /// <summary>Signs up and ends at the account page.</summary>
    internal static async Task SignUpAtAsync(this Tab tab, string idp, string label = "Mei")
    {
        await tab.GoAsync(idp + "/sign-up");
        await tab.SignUpAsync(label);
        await tab.FollowAsync("Go to my account");
        await tab.SeesAsync($"Hello, {label}");
    }

    internal static async Task SignOutAsync(this Tab tab, string idp)
    {
        await tab.GoAsync(idp + "/sign-out");
        await tab.PressAsync("Sign out");
        await tab.SeesAsync("You are signed out");
    }

    /// <summary>From the agency's door through sign-up and consent to the page behind it.</summary>
    internal static async Task EnterAsNewcomerAsync(this Tab tab, ISite site)
    {
        await tab.GoAsync(site.Agency);
        await tab.FollowAsync("Sign in with a passkey");
        await tab.SeesAsync("Sign in to continue to Hello Agency");
        await tab.FollowAsync("First time here? Create an account (about 3 minutes)");
        await tab.SignUpAsync("Mei");
        await tab.FollowAsync("Continue to Hello Agency");
        await tab.SeesAsync("Hello Agency is asking for the following");
        await tab.PressAsync("Agree and continue");
        await tab.SeesAsync("This is what the agency knows about you");
    }
}
