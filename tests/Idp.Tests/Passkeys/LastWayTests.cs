using Moi.Identity.Idp.Tests.Hosting;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Passkeys;

/// <summary>The sign-in page offers first what was used last.</summary>
public sealed class LastWayTests(SqliteIdp idp) : IClassFixture<SqliteIdp>
{
    private const string ThisDevice = "Sign in with face, fingerprint or screen lock";
    private const string Phone = "Sign in with your phone";
    private const string SecurityKey = "Sign in with your security key";

    [Theory]
    [InlineData("platform", "internal", "device", ThisDevice)]
    [InlineData("cross-platform", "hybrid", "phone", Phone)]
    [InlineData("cross-platform", "internal", "phone", Phone)]
    [InlineData("cross-platform", "usb", "key", SecurityKey)]
    public async Task The_way_of_the_last_sign_in_comes_first(string attachment, string transport, string word, string first)
    {
        using var browser = await SignedOutAsync(attachment, transport);
        First(await browser.OpenAsync("/sign-in")).ShouldBe(ThisDevice);
        await browser.UsePasskeyAsync();
        browser.Cookies.Remove("moi-session");
        browser.Cookies["moi-way"].ShouldBe(word);
        First(await browser.OpenAsync("/sign-in")).ShouldBe(first);
    }

    [Fact]
    public async Task A_passkey_made_on_this_device_comes_first_next_time()
    {
        using var browser = await SignedOutAsync("cross-platform", "hybrid");
        await browser.SignInAsync();
        browser.Page.Path.ShouldBe("/sign-in/this-device");
        browser.Cookies["moi-way"].ShouldBe("phone");
        var made = new SoftAuthenticator().Create(browser.Page.PasskeyForm.Options, IdpApplication.Origin);
        await browser.SendResponseAsync(browser.Page, made);
        browser.Cookies["moi-way"].ShouldBe("device");
    }

    [Fact]
    public async Task A_shared_computer_remembers_nothing()
    {
        using var browser = await SignedOutAsync("cross-platform", "hybrid");
        await browser.SignInAsync();
        browser.Cookies.Keys.ShouldContain("moi-way");
        await browser.SendAsync(browser.Page.PlainForm, ("isShared", "true"));
        browser.Cookies.Keys.ShouldNotContain("moi-way");

        browser.Cookies.Remove("moi-session");
        await browser.SignInAsync();
        browser.Cookies.Keys.ShouldNotContain("moi-way");
        browser.Cookies.Remove("moi-session");
        browser.Cookies["moi-way"] = "phone";
        First(await browser.OpenAsync("/sign-in")).ShouldBe(ThisDevice);
    }

    [Fact]
    public async Task A_word_that_we_never_wrote_changes_nothing()
    {
        using var browser = idp.Browser();
        browser.Cookies["moi-way"] = "\"><script>";
        First(await browser.OpenAsync("/sign-in")).ShouldBe(ThisDevice);
    }

    /// <summary>Which of the three ways the page offers first.</summary>
    private static string First(BrowserPage page)
        => new[] { ThisDevice, Phone, SecurityKey }
            .Where(way => page.Text.Contains(way, StringComparison.Ordinal))
            .MinBy(way => page.Text.IndexOf(way, StringComparison.Ordinal))!;

    private async Task<CitizenBrowser> SignedOutAsync(string attachment, string transport)
    {
        var browser = idp.Browser(new SoftAuthenticator { Attachment = attachment, Transports = [transport] });
        await browser.SignUpAsync();
        browser.Cookies.Clear();
        return browser;
    }
}
