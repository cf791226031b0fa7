using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Moi.Identity.Browser.Tests.Browsers;
using Moi.Identity.Testing;
using static Moi.Identity.Browser.Tests.Citizens;

namespace Moi.Identity.Browser.Tests;

/// <summary>A device that keeps a passkey the account does not have, or an old name, is put right on the next page.</summary>
public sealed class SignalTests(PasskeyBrowser browser, Site site)
{
    [Theory]
    [InlineData("/sign-up/done")]
    [InlineData("/sign-in")]
    [InlineData("/account")]
    [InlineData("/account/passkeys")]
    [InlineData("/account/sessions")]
    [InlineData("agency")]
    public async Task The_device_forgets_what_the_account_does_not_have(string page)
    {
        await using var device = await browser.DeviceAsync(InEnglish);
        var tab = await device.TabAsync();
        var phone = await tab.AddAuthenticatorAsync();
        await tab.SignUpAtAsync(site.Idp);
        var outdated = await OutdateAsync(tab, phone, AuthenticatorKind.Phone);

        await tab.GoAsync(page == "agency" ? site.Agency + "/me" : site.Idp + page);
        new Uri(tab.Page.Url).AbsolutePath.ShouldBe(page == "agency" ? "/consent" : page);
        await IsPutRightAsync(tab, outdated);
    }

    [Fact]
    public async Task The_page_after_a_sign_in_from_another_device_puts_it_right_too()
    {
        await using var device = await browser.DeviceAsync(InEnglish);
        var tab = await device.TabAsync();
        var key = await tab.AddAuthenticatorAsync(AuthenticatorKind.SecurityKey);
        await tab.GoAsync(site.Idp + "/sign-up");
        await tab.Page.GetByLabel("What shall we call you?").FillAsync("Mei");
        await tab.PressAsync("Next");
        await tab.PressAsync("Use a security key instead");
        await tab.SeesAsync("Your passkey is ready");
        await tab.SignOutAsync(site.Idp);
        await tab.GoAsync(site.Idp + "/sign-in/phone");
        await tab.PressAsync("Use a security key");
        await tab.SeesAsync("Use this device next time?");
        var outdated = await OutdateAsync(tab, key, AuthenticatorKind.SecurityKey);
        await tab.Page.ReloadAsync();
        await tab.SeesAsync("Use this device next time?");
        await IsPutRightAsync(tab, outdated);
    }

    /// <summary>Renames the passkey in its authenticator, and puts one that the account never had into another.</summary>
    private static async Task<Outdated> OutdateAsync(Tab tab, string authenticator, AuthenticatorKind kind)
    {
        var passkey = (await tab.PasskeysAsync(authenticator)).ShouldHaveSingleItem();
        var id = passkey.GetProperty("credentialId").GetString()!;
        await tab.RemoveAuthenticatorAsync(authenticator);
        var good = await tab.AddAuthenticatorAsync(kind);
        var changed = passkey.Deserialize<JsonObject>()!;
        changed["userName"] = "An old name";
        changed["userDisplayName"] = "An old name";
        await tab.AddPasskeyAsync(good, JsonSerializer.SerializeToElement(changed));

        // An authenticator keeps one passkey for each account, so the other one needs an authenticator of its own.
        var stale = await tab.AddAuthenticatorAsync(kind == AuthenticatorKind.Phone ? AuthenticatorKind.SecurityKey : AuthenticatorKind.Phone);
        changed["credentialId"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        await tab.AddPasskeyAsync(stale, JsonSerializer.SerializeToElement(changed));
        (await tab.PasskeysAsync(stale)).Count.ShouldBe(1);
        return new Outdated(good, stale, id);
    }

    private static Task IsPutRightAsync(Tab tab, Outdated outdated)
        => Eventually.TrueAsync(
            async () => await tab.PasskeysAsync(outdated.Good) is [var only]
                && only.GetProperty("credentialId").GetString() == outdated.CredentialId
                && only.GetProperty("userName").GetString() == "Mei"
                && only.GetProperty("userDisplayName").GetString() == "Mei"
                && (await tab.PasskeysAsync(outdated.Stale)).Count == 0,
            "the device has the account's one passkey under its name");

    private sealed record Outdated(string Good, string Stale, string CredentialId);
}
