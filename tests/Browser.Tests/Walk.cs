using Microsoft.Playwright;
using Moi.Identity.Browser.Tests.Browsers;

namespace Moi.Identity.Browser.Tests;

/// <summary>
/// A walk through every page of the identity provider and of the sample agency, and through every state of a ceremony.
/// What is done at each stop is up to who walks.
/// </summary>
internal sealed class Walk(PasskeyBrowser browser, Site site, string language, Func<IPage, string, Task> look)
{
    private const string Label = "阿美";

    private static readonly string[] Public =
    [
        "/", "/help", "/sitemap", "/privacy", "/security", "/accessibility", "/unsupported", "/sign-in", "/sign-in/phone",
        "/sign-in/trouble", "/sign-up", "/signed-out", "/session-ended", "/device", "/errors",
        "/errors/MOI-TOK-002", "/errors/MOI-WA-003",
    ];

    /// <summary>Addresses that lead nowhere, each with its own page.</summary>
    private static readonly string[] Problems =
    [
        "/no-such-page", "/sign-in?tx=over", "/sign-up/passkey?draft=over", "/consent?tx=over", "/administrators/enrol?token=over",
        "/connect/authorize?client_id=nobody", "/connect/authorize?client_id=hello-agency&redirect_uri=https://evil.example/",
        "/connect/logout?client_id=nobody&post_logout_redirect_uri=https://evil.example/", "/connect/logout/confirm?handle=over", "/resume?handle=over",
        "/device/decide?tx=over",
    ];

    /// <summary>What a browser may report instead of a passkey.</summary>
    private static readonly string[] Failures =
    [
        "NotAllowedError", "InvalidStateError", "ConstraintError", "NotSupportedError", "SecurityError", "UnknownError", "JavaScriptNotEnabled", "",
    ];

    /// <summary>Goes everywhere; the screen is put back to 1280 pixels and light colours by whoever looks.</summary>
    internal async Task EverywhereAsync()
    {
        await using var device = await browser.DeviceAsync(new() { Language = language });
        var tab = await device.TabAsync();
        foreach (var path in Public.Concat(Problems))
        {
            await tab.GoAsync(site.Idp + path);
            await look(tab.Page, path.Split('?')[0].Trim('/').Replace('/', '-'));
        }

        await InAppAsync();
        await FailuresAsync(tab);
        await AgencyAsync(tab);
        await DeviceAsync(tab);
        await AccountAsync(tab);
        await EnrolmentAsync();
    }

    private async Task FailuresAsync(Tab tab)
    {
        foreach (var error in Failures)
        {
            await tab.GoAsync(site.Idp + "/sign-in");
            await FailAsync(tab.Page, error);
            await look(tab.Page, $"failed-{(error.Length == 0 ? "unreadable" : error)}");
        }
    }

    /// <summary>Posts what the page's script posts.</summary>
    private static async Task FailAsync(IPage page, string error)
    {
        await page.EvaluateAsync(
            """
            error => {
              const form = document.querySelector("form[data-passkey]");
              form.elements.namedItem("response").value = error ? "" : "{}";
              form.elements.namedItem("error").value = error;
              form.elements.namedItem("elapsed_ms").value = "2000";
              form.submit();
            }
            """,
            error);
        await Assertions.Expect(page.Locator("#problem-code")).ToBeVisibleAsync();
    }

    private async Task InAppAsync()
    {
        foreach (var (name, agent) in ((string, string)[])
            [("line", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Safari Line/14.1.0"),
                ("facebook", "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 [FBAN/EMA;FBAV/400.0]")])
        {
            await using var inApp = await browser.DeviceAsync(new() { Language = language, UserAgent = agent });
            var tab = await inApp.TabAsync();
            await tab.GoAsync(site.Idp + "/sign-in");
            await look(tab.Page, "in-app-" + name);
        }
    }

    /// <summary>From the agency through sign-up and consent and back, with every page of the agency and of the Sdk.</summary>
    private async Task AgencyAsync(Tab tab)
    {
        var page = tab.Page;
        await tab.GoAsync(site.Agency);
        await look(page, "agency-home");
        await tab.GoAsync(site.Agency + "/no-such-page");
        await look(page, "agency-missing");
        await tab.GoAsync(site.Agency + "/moi/callback?code=made-up&state=made-up");
        await look(page, "sdk-not-this-browser");
        await tab.GoAsync(site.Agency + "/moi/signed-out");
        await look(page, "sdk-signed-out");

        await tab.GoAsync(site.Agency + "/me");
        await look(page, "sign-in-service");
        await page.Locator("a[href^='/sign-up']").ClickAsync();
        await look(page, "sign-up-service");
        await page.Locator("main form button").First.ClickAsync();
        await Assertions.Expect(page.Locator(".error-summary")).ToBeFocusedAsync();
        await look(page, "sign-up-mistake");
        await page.Locator("#label").FillAsync(Label);
        await page.Locator("main form button").First.ClickAsync();
        await page.WaitForURLAsync("**/sign-up/passkey*");
        await look(page, "sign-up-passkey");
        var phone = await tab.AddAuthenticatorAsync(AuthenticatorKind.Phone with { Answers = false });
        await page.Locator("form[data-passkey] .btn").ClickAsync();
        await Assertions.Expect(page.Locator("[data-passkey-status] p")).ToBeVisibleAsync();
        await look(page, "ceremony-waiting");
        var create = page.Url;
        await page.ReloadAsync();
        await tab.RemoveAuthenticatorAsync(phone);
        await FailAsync(page, "InvalidStateError");
        await look(page, "sign-up-already-here");
        await tab.GoAsync(create);
        await tab.AddAuthenticatorAsync();
        await page.Locator("form[data-passkey] .btn").ClickAsync();
        await page.WaitForURLAsync("**/sign-up/done*");
        await look(page, "sign-up-done");
        await page.Locator("main a.btn").ClickAsync();
        await page.WaitForURLAsync("**/consent*");
        await look(page, "consent");
        await page.Locator("button[value=decline]").ClickAsync();
        await page.WaitForURLAsync(url => url.StartsWith(site.Agency, StringComparison.Ordinal));
        await look(page, "sdk-declined");
        await tab.GoAsync(site.Agency + "/me");
        await page.Locator("button[value=agree]").ClickAsync();
        await page.WaitForURLAsync("**/me");
        await look(page, "agency-me");
        await tab.GoAsync(site.Agency);
        await look(page, "agency-home-signed-in");
        await tab.GoAsync(site.Agency + "/letter");
        await look(page, "agency-letter");

        var everything = await site.RequestEverythingAsync();
        await Testing.Eventually.TrueAsync(
            async () =>
            {
                await tab.GoAsync(everything);
                return page.Url.Contains("/consent", StringComparison.Ordinal);
            },
            "the server knows the new agency");
        await look(page, "consent-everything");
        await page.RouteAsync("**/submit.js*", route => route.AbortAsync());
        await tab.GoAsync(site.AskByForm);
        await look(page, "hand-over");
        await page.UnrouteAllAsync();
        await tab.GoAsync(everything + "&prompt=login");
        await page.WaitForURLAsync("**/sign-in*");
        await look(page, "sign-in-confirm");
    }

    /// <summary>A citizen lets a device in, which from then on is seen among the connected services.</summary>
    private async Task DeviceAsync(Tab tab)
    {
        var page = tab.Page;
        await tab.GoAsync(site.Idp + "/device");
        await page.Locator("#user_code").FillAsync("BBBB-BBBB");
        await page.Locator("main form button").ClickAsync();
        await Assertions.Expect(page.Locator(".error-summary")).ToBeFocusedAsync();
        await look(page, "device-mistake");
        await tab.GoAsync(site.Idp + "/device?user_code=" + await site.RequestDeviceAsync());
        await page.Locator("main form button").ClickAsync();
        await page.WaitForURLAsync("**/sign-in*");
        await look(page, "device-sign-in");
        await page.Locator("form[data-passkey] .btn").ClickAsync();
        await page.WaitForURLAsync("**/device/decide*");
        await look(page, "device-ask");
        await page.Locator("button[value=approve]").ClickAsync();
        await page.WaitForURLAsync("**/device/done*");
        await look(page, "device-done");
        await tab.GoAsync(site.Idp + "/device/done?answer=refuse");
        await look(page, "device-refused");
    }

    private async Task AccountAsync(Tab tab)
    {
        var page = tab.Page;
        foreach (var path in (string[])
            ["/", "/sign-in", "/sign-up", "/account", "/account/passkeys", "/account/passkeys/add", "/account/sessions", "/account/services", "/account/activity", "/sign-out", "/connect/logout"])
        {
            await tab.GoAsync(site.Idp + path);
            await look(page, "signed-in-" + path.Trim('/').Replace('/', '-'));
        }

        await tab.GoAsync(site.Idp + "/account");
        await page.EvaluateAsync(
            "() => { const d = document.querySelector('dialog'); d.querySelector('[data-message]').textContent = d.dataset.two; d.showModal(); }");
        await look(page, "session-end");
        foreach (var action in (string[])["rename", "remove"])
        {
            await tab.GoAsync(site.Idp + "/account/passkeys");
            await page.Locator($"a[href*='/{action}']").First.ClickAsync();
            await look(page, "passkey-" + action);
        }

        await page.Locator("main a.btn").ClickAsync();
        await page.Locator("form[data-passkey] .btn").ClickAsync();
        await page.WaitForURLAsync("**/create*");
        await look(page, "passkey-create");
        var key = await tab.AddAuthenticatorAsync(AuthenticatorKind.SecurityKey);
        await page.Locator("a[href*='with=security-key']").ClickAsync();
        await look(page, "security-key-create");
        await page.Locator("button[value=security-key]").ClickAsync();
        await page.WaitForURLAsync("**/account/passkeys?done*");
        await look(page, "passkey-added");
        await page.Locator("a[href*='/remove']").First.ClickAsync();
        await look(page, "passkey-remove-one-of-two");
        await tab.GoAsync(site.Idp + "/account");
        await look(page, "account-with-two");
        await site.CallModelsBrokenAsync(Label);
        foreach (var path in (string[])["/account", "/account/passkeys"])
        {
            await tab.GoAsync(site.Idp + path);
            await Assertions.Expect(page.Locator(".banner.bad").First).ToBeVisibleAsync();
            await look(page, "broken-model" + path.Replace('/', '-'));
        }

        await tab.GoAsync(site.Idp + "/account/activity");
        await page.Locator("a[href*='/not-me']").First.ClickAsync();
        await look(page, "not-me");
        await page.Locator("main form .btn-danger").ClickAsync();
        await page.WaitForURLAsync("**done=yes");
        await look(page, "not-me-done");
        await page.Context.ClearCookiesAsync();
        await tab.GoAsync(site.Idp + "/sign-in/phone");
        var passkey = (await tab.PasskeysAsync(key)).Single();
        await tab.RemoveAuthenticatorsAsync();
        await tab.AddPasskeyAsync(await tab.AddAuthenticatorAsync(AuthenticatorKind.SecurityKey), passkey);
        await page.Locator("button[value=security-key]").ClickAsync();
        await page.WaitForURLAsync("**/this-device*");
        await look(page, "this-device");
        await page.Context.ClearCookiesAsync(new() { Name = "moi-session" });
        await tab.RemoveAuthenticatorsAsync();
        await tab.GoAsync(site.Idp + "/sign-in");
        await look(page, "sign-in-key-first");
        await page.Context.AddCookiesAsync([new() { Name = "moi-way", Value = "phone", Url = site.Idp }]);
        await tab.GoAsync(site.Idp + "/sign-in");
        await look(page, "sign-in-phone-first");
    }

    private async Task EnrolmentAsync()
    {
        await using var device = await browser.DeviceAsync(new() { Language = language });
        var tab = await device.TabAsync();
        await tab.GoAsync(await site.InviteAdministratorAsync());
        await look(tab.Page, "enrol");
        await tab.Page.Locator("main form button").First.ClickAsync();
        await look(tab.Page, "enrol-mistake");
        await tab.Page.Locator("#label").FillAsync("系統管理");
        await tab.Page.Locator("main form button").First.ClickAsync();
        await tab.Page.WaitForURLAsync("**/enrol/passkey*");
        await look(tab.Page, "enrol-passkey");
        await tab.AddAuthenticatorAsync(AuthenticatorKind.SecurityKey);
        await tab.Page.Locator("main form button").First.ClickAsync();
        await tab.Page.WaitForURLAsync("**/account");
        await tab.GoAsync(site.Idp + "/administration/report");
        await look(tab.Page, "report");
    }
}
