using System.Text.Json;
using Microsoft.Playwright;
using Moi.Identity.Browser.Tests.Browsers;
using static Moi.Identity.Browser.Tests.CeremonyHarness;

namespace Moi.Identity.Browser.Tests;

/// <summary>js/passkey.js under the real policy: every outcome becomes one POST, or nothing at all.</summary>
public sealed class CeremonyScriptTests(PasskeyBrowser browser, Site site)
{
    [Fact]
    public async Task Creating_a_passkey_posts_the_credential()
    {
        await using var device = await browser.DeviceAsync();
        var harness = await OpenAsync(device, site.Idp, Form("create", CreationOptions()), tab => tab.AddAuthenticatorAsync());
        await harness.PressAsync();
        var posted = await harness.Posted;
        posted.Error.ShouldBeEmpty();
        int.Parse(posted.ElapsedMs, System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThanOrEqualTo(0);
        posted.Credential.GetProperty("response").GetProperty("attestationObject").GetString().ShouldNotBeNullOrEmpty();
        posted.Credential.GetProperty("response").GetProperty("transports").GetArrayLength().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_passkey_of_the_device_signs_in_with_the_button()
    {
        await using var device = await browser.DeviceAsync();
        var harness = await OpenAsync(device, site.Idp, Form("get", RequestOptions()), WithPasskeyAsync);
        await harness.PressAsync();
        var posted = await harness.Posted;
        posted.Error.ShouldBeEmpty();
        posted.Credential.GetProperty("response").GetProperty("userHandle").GetString().ShouldBe("dXNlci1oYW5kbGU");
    }

    [Fact]
    public async Task A_passkey_of_the_device_is_offered_in_the_autofill()
    {
        await using var device = await browser.DeviceAsync();
        var harness = await OpenAsync(
            device, site.Idp,
            Form("get", RequestOptions(), """<input aria-label="Label" autocomplete="username webauthn">"""), WithPasskeyAsync);
        (await harness.Posted).Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_autofill_without_a_passkey_says_nothing()
    {
        await using var device = await browser.DeviceAsync();
        var harness = await OpenAsync(
            device, site.Idp,
            Form("get", RequestOptions(), """<input aria-label="Label" autocomplete="username webauthn">"""),
            async tab =>
            {
                await tab.AddAuthenticatorAsync();

                // The page's own script sees the refusal when we do.
                await tab.Page.AddInitScriptAsync("""
                    const get = navigator.credentials.get.bind(navigator.credentials);
                    window.refusals = [];
                    navigator.credentials.get = o => get(o).catch(e => { refusals.push(o.mediation ?? o.uiMode ?? "modal"); throw e; });
                    """);
            });
        await harness.Tab.Page.WaitForFunctionAsync("refusals.includes('conditional')");
        harness.HasPosted.ShouldBeFalse();

        // The button still works: a quiet look for a passkey of this device, then the prompt, then the answer.
        await harness.PressAsync();
        (await harness.Posted).Error.ShouldBe("NotAllowedError");
    }

    [Fact]
    public async Task A_device_that_holds_a_passkey_already_posts_InvalidStateError()
    {
        await using var device = await browser.DeviceAsync();
        string authenticator = "";
        var first = await OpenAsync(
            device, site.Idp, Form("create", CreationOptions()), async tab => authenticator = await tab.AddAuthenticatorAsync());
        await first.PressAsync();
        var id = (await first.Posted).Credential.GetProperty("id").GetString()!;
        var passkey = (await first.Tab.PasskeysAsync(authenticator)).ShouldHaveSingleItem();

        var second = await OpenAsync(device, site.Idp, Form("create", CreationOptions(id)), async tab =>
            await tab.AddPasskeyAsync(await tab.AddAuthenticatorAsync(), passkey));
        await second.PressAsync();
        (await second.Posted).ShouldBe(new Posted("", "InvalidStateError", (await second.Posted).ElapsedMs));
    }

    [Fact]
    public async Task A_person_who_is_not_verified_posts_NotAllowedError()
    {
        await using var device = await browser.DeviceAsync();
        var harness = await OpenAsync(
            device, site.Idp, Form("create", CreationOptions()),
            tab => tab.AddAuthenticatorAsync(AuthenticatorKind.Phone with { VerifiesUser = false }));
        await harness.PressAsync();
        (await harness.Posted).Error.ShouldBe("NotAllowedError");
    }

    [Fact]
    public async Task The_button_for_security_keys_asks_for_one()
    {
        await using var device = await browser.DeviceAsync();
        var harness = await OpenAsync(device, site.Idp, Form("create", CreationOptions()), async tab =>
        {
            await tab.AddAuthenticatorAsync(AuthenticatorKind.Phone);
            await tab.AddAuthenticatorAsync(AuthenticatorKind.SecurityKey);
        });
        await harness.PressAsync("Key");
        (await harness.Posted).Credential.GetProperty("authenticatorAttachment").GetString().ShouldBe("cross-platform");
    }

    [Fact]
    public async Task While_the_device_asks_the_page_says_so_and_can_cancel()
    {
        await using var device = await browser.DeviceAsync();
        var harness = await OpenAsync(device, site.Idp, Form("create", CreationOptions()), async tab =>
        {
            await tab.AddAuthenticatorAsync(AuthenticatorKind.Phone with { Answers = false });
            await tab.Page.Clock.InstallAsync();
        });
        var status = harness.Tab.Page.GetByRole(AriaRole.Status);
        await harness.PressAsync();
        await Assertions.Expect(status).ToContainTextAsync("Follow the prompt");

        await harness.Tab.Page.Clock.FastForwardAsync(20_000);
        await Assertions.Expect(status).ToContainTextAsync("No prompt yet?");

        await status.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Assertions.Expect(status).ToHaveTextAsync("Cancelled");
        (await harness.Tab.Page.EvaluateAsync<string>("document.activeElement.type")).ShouldBe("submit", "the focus is where it was before");
        harness.HasPosted.ShouldBeFalse();
    }

    [Fact]
    public async Task The_field_for_autofill_is_shown_by_browsers_that_fill_it()
    {
        await using var device = await browser.DeviceAsync(new() { Language = "en" });
        async Task<bool> IsShownAsync(bool can)
        {
            var tab = await device.TabAsync();
            await tab.Page.AddInitScriptAsync($"PublicKeyCredential.getClientCapabilities = async () => ({{ conditionalGet: {(can ? "true" : "false")} }})");
            await tab.GoAsync(site.Idp + "/sign-in");
            return await tab.Page.Locator("#account").IsVisibleAsync();
        }

        (await IsShownAsync(true)).ShouldBeTrue();
        (await IsShownAsync(false)).ShouldBeFalse("a field that nothing comes of is a riddle");
    }

    [Fact]
    public async Task Without_JavaScript_the_form_says_so_itself()
    {
        await using var device = await browser.DeviceAsync(new() { JavaScript = false });
        var harness = await OpenAsync(device, site.Idp, Form("get", RequestOptions()));
        await harness.PressAsync();
        (await harness.Posted).ShouldBe(new Posted("", "JavaScriptNotEnabled", ""));
    }

    [Fact]
    public async Task A_browser_without_passkeys_posts_Unsupported()
    {
        await using var device = await browser.DeviceAsync();
        var harness = await OpenAsync(device, site.Idp, Form("get", RequestOptions()), tab =>
            tab.Page.AddInitScriptAsync("delete window.PublicKeyCredential"));
        await harness.PressAsync();
        (await harness.Posted).Error.ShouldBe("Unsupported");
    }

    /// <summary>Safari before 18.4 has neither parse…FromJSON nor toJSON.</summary>
    [Fact]
    public async Task A_browser_without_the_JSON_methods_posts_the_same()
    {
        await using var device = await browser.DeviceAsync();
        static Task MakeOlder(Tab tab) => tab.Page.AddInitScriptAsync("""
            delete PublicKeyCredential.parseCreationOptionsFromJSON;
            delete PublicKeyCredential.parseRequestOptionsFromJSON;
            delete PublicKeyCredential.prototype.toJSON;
            """);
        var authenticator = "";
        var create = await OpenAsync(device, site.Idp, Form("create", CreationOptions("b2xkLWNyZWRlbnRpYWw")), async tab =>
        {
            authenticator = await tab.AddAuthenticatorAsync();
            await MakeOlder(tab);
        });
        await create.PressAsync();
        var created = (await create.Posted).Credential;
        created.GetProperty("response").GetProperty("attestationObject").GetString().ShouldNotBeNullOrEmpty();
        created.GetProperty("rawId").GetString().ShouldBe(created.GetProperty("id").GetString());
        ClientDataType(created).ShouldBe("webauthn.create");

        var passkey = (await create.Tab.PasskeysAsync(authenticator)).ShouldHaveSingleItem();
        var get = await OpenAsync(
            device, site.Idp, Form("get", RequestOptions(created.GetProperty("id").GetString()!)), async tab =>
            {
                await tab.AddPasskeyAsync(await tab.AddAuthenticatorAsync(), passkey);
                await MakeOlder(tab);
            });
        await get.PressAsync();
        var asserted = (await get.Posted).Credential;
        asserted.GetProperty("response").GetProperty("signature").GetString().ShouldNotBeNullOrEmpty();
        asserted.GetProperty("response").GetProperty("userHandle").GetString().ShouldBe("dXNlci1oYW5kbGU");
        ClientDataType(asserted).ShouldBe("webauthn.get");
    }

    [Fact]
    public async Task The_device_is_told_which_passkeys_no_longer_exist()
    {
        await using var device = await browser.DeviceAsync();
        var (passkey, id) = await PasskeyAsync(device);
        var authenticator = "";
        var json = System.Net.WebUtility.HtmlEncode(JsonSerializer.Serialize(new { rpId = "idp.localhost", credentialId = id }));
        var harness = await OpenAsync(device, site.Idp, $"""<p data-signal-unknown="{json}">Gone</p>""", async tab =>
            await tab.AddPasskeyAsync(authenticator = await tab.AddAuthenticatorAsync(), passkey));
        await Testing.Eventually.TrueAsync(
            async () => (await harness.Tab.PasskeysAsync(authenticator)).Count == 0, "the passkey is gone");
    }

    /// <summary>SECURITY: an empty list would delete every passkey of the account from the device.</summary>
    [Fact]
    public async Task An_empty_list_of_passkeys_is_never_signalled()
    {
        await using var device = await browser.DeviceAsync();
        var (passkey, _) = await PasskeyAsync(device);
        var authenticator = "";
        var json = System.Net.WebUtility.HtmlEncode(JsonSerializer.Serialize(
            new { rpId = "idp.localhost", userId = "dXNlci1oYW5kbGU", allAcceptedCredentialIds = Array.Empty<string>() }));
        var harness = await OpenAsync(
            device, site.Idp, $"""<p data-signal="{json}">List</p>{Form("get", RequestOptions())}""", async tab =>
                await tab.AddPasskeyAsync(authenticator = await tab.AddAuthenticatorAsync(), passkey));

        // The form is served after the signal would have been sent, and the passkey is still there to sign in.
        await harness.PressAsync();
        (await harness.Posted).Error.ShouldBeEmpty();
        (await harness.Tab.PasskeysAsync(authenticator)).Count.ShouldBe(1);
    }

    private static string? ClientDataType(JsonElement credential)
    {
        var json = System.Buffers.Text.Base64Url.DecodeFromChars(
            credential.GetProperty("response").GetProperty("clientDataJSON").GetString());
        return JsonDocument.Parse(json).RootElement.GetProperty("type").GetString();
    }

    private async Task WithPasskeyAsync(Tab tab)
    {
        await using var other = await browser.DeviceAsync();
        var (passkey, _) = await PasskeyAsync(other);
        await tab.AddPasskeyAsync(await tab.AddAuthenticatorAsync(), passkey);
    }

    private async Task<(JsonElement Passkey, string Id)> PasskeyAsync(Device device)
    {
        var authenticator = "";
        var harness = await OpenAsync(
            device, site.Idp, Form("create", CreationOptions()), async tab => authenticator = await tab.AddAuthenticatorAsync());
        await harness.PressAsync();
        var id = (await harness.Posted).Credential.GetProperty("id").GetString()!;
        return ((await harness.Tab.PasskeysAsync(authenticator)).ShouldHaveSingleItem(), id);
    }
}
