using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Moi.Identity.Browser.Tests.Browsers;

namespace Moi.Identity.Browser.Tests;

/// <summary>The pages of a journey and of the account owe everybody the same as the public ones.</summary>
public sealed class SignedInPageTests(PasskeyBrowser browser, Site site)
{
    private static readonly string[] Visitor =
        ["/sign-up", "/sign-in", "/sign-in/phone", "/sign-in/trouble", "/signed-out"];

    private static readonly string[] Citizen =
    [
        "/account", "/account/passkeys", "/account/passkeys/add", "/account/sessions", "/account/services",
        "/account/activity", "/sign-out",
    ];

    [Theory]
    [InlineData("zh-TW")]
    [InlineData("en")]
    public async Task Axe_finds_nothing_and_nothing_scrolls_sideways(string language)
    {
        await using var device = await browser.DeviceAsync(new() { Language = language });
        var tab = await device.TabAsync();
        foreach (var path in Visitor)
        {
            await tab.GoAsync(site.Idp + path);
            await CheckAsync(tab.Page);
        }

        // A form that was filled in wrong, the ceremony, its failure, its success.
        await tab.GoAsync(site.Idp + "/sign-up");
        await tab.Page.Locator("main form button").First.ClickAsync();
        await Assertions.Expect(tab.Page.Locator(".error-summary")).ToBeFocusedAsync();
        await CheckAsync(tab.Page);
        await tab.Page.Locator("#label").FillAsync("小明");
        await tab.Page.Locator("main form button").First.ClickAsync();
        await tab.Page.WaitForURLAsync("**/sign-up/passkey*");
        await CheckAsync(tab.Page);
        var phone = await tab.AddAuthenticatorAsync(AuthenticatorKind.Phone with { VerifiesUser = false });
        await tab.Page.Locator("form[data-passkey] .btn").ClickAsync();
        await Assertions.Expect(tab.Page.Locator("main")).ToContainTextAsync("MOI-WA-");
        await CheckAsync(tab.Page);
        await tab.VerifyUserAsync(phone, true);
        await tab.Page.Locator("form[data-passkey] .btn").ClickAsync();
        await tab.Page.WaitForURLAsync("**/sign-up/done*");
        await CheckAsync(tab.Page);

        foreach (var path in Citizen)
        {
            await tab.GoAsync(site.Idp + path);
            await CheckAsync(tab.Page);
        }

        foreach (var action in (string[])["rename", "remove"])
        {
            await tab.GoAsync(site.Idp + "/account/passkeys");
            await tab.Page.Locator($"a[href*='/{action}']").ClickAsync();
            await CheckAsync(tab.Page);
        }

        await tab.GoAsync(site.Agency + "/me");
        await tab.Page.WaitForURLAsync(url => url.StartsWith(site.Idp, StringComparison.Ordinal));
        new Uri(tab.Page.Url).AbsolutePath.ShouldBe("/consent");
        await CheckAsync(tab.Page);
    }

    private static async Task CheckAsync(IPage page)
    {
        var result = await page.RunAxe();
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        var dark = await page.RunAxe(new AxeRunOptions { RunOnly = new() { Type = "rule", Values = ["color-contrast"] } });
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        result.Violations.Concat(dark.Violations)
            .SelectMany(violation => violation.Nodes, (violation, node) => $"{page.Url} {violation.Id}: {node.Html}")
            .ShouldBeEmpty();

        await page.SetViewportSizeAsync(320, 800);
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBe(320, page.Url);
        await page.SetViewportSizeAsync(1280, 800);
    }
}
