using System.Text.Json;
using Moi.Identity.Idp.Tests.Hosting;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Passkeys;

/// <summary>Citizens as the tests of sign-in need them.</summary>
internal static class Citizens
{
    /// <summary>Somebody who has just signed up.</summary>
    internal static async Task<CitizenBrowser> CitizenAsync(this IdpFixture idp, SoftAuthenticator? authenticator = null)
    {
        var browser = idp.Browser(authenticator);
        (await browser.SignUpAsync()).Path.ShouldBe("/sign-up/done");
        return browser;
    }

    /// <summary>Somebody with an account whose session is not here any more.</summary>
    internal static async Task<CitizenBrowser> SignedOutAsync(this IdpFixture idp, SoftAuthenticator? authenticator = null)
    {
        var browser = await idp.CitizenAsync(authenticator);
        browser.Cookies.Remove("moi-session");
        return browser;
    }

    /// <summary>Signs in once more.</summary>
    internal static async Task AgainAsync(this CitizenBrowser browser)
    {
        browser.Cookies.Remove("moi-session");
        (await browser.SignInAsync()).Path.ShouldBe("/account");
    }

    /// <summary>The passkeys that the page's options allow.</summary>
    internal static JsonElement[] Allowed(this BrowserPage page)
    {
        using var options = JsonDocument.Parse(page.PasskeyForm.Options);
        return [.. options.RootElement.GetProperty("allowCredentials").EnumerateArray().Select(e => e.Clone())];
    }
}
