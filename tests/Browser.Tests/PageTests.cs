using Microsoft.Playwright;
using Moi.Identity.Browser.Tests.Browsers;

namespace Moi.Identity.Browser.Tests;

/// <summary>What every page owes to everybody.</summary>
public sealed class PageTests(PasskeyBrowser browser, Site site)
{
    private static readonly string[] Paths =
    [
        "/", "/help", "/sitemap", "/privacy", "/security", "/accessibility", "/unsupported", "/no-such-page",
    ];

    public static TheoryData<string> Pages => [.. Paths];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_citizen_without_JavaScript_can_read_it_in_both_languages(string path)
    {
        await using var device = await browser.DeviceAsync(new() { JavaScript = false });
        var tab = await device.TabAsync();
        await tab.Page.GotoAsync(site.Idp + path);
        var chinese = await tab.Heading.InnerTextAsync();
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "English" }).ClickAsync();
        new Uri(tab.Page.Url).AbsolutePath.ShouldBe(path);
        (await tab.Page.Locator("html").GetAttributeAsync("lang")).ShouldBe("en");
        (await tab.Heading.InnerTextAsync()).ShouldNotBe(chinese);

        // The choice is remembered without the address.
        await tab.Page.GotoAsync(site.Idp + path);
        (await tab.Page.Locator("html").GetAttributeAsync("lang")).ShouldBe("en");
    }

    /// <summary>Seen failing on 2026-11-27: the field was empty again.</summary>
    [Fact]
    public async Task What_was_typed_is_there_in_the_other_language_once()
    {
        await using var device = await browser.DeviceAsync();
        var page = (await device.TabAsync()).Page;
        await page.GotoAsync(site.Idp + "/sign-up");
        await page.Locator("#label").FillAsync("阿美");
        await page.GetByRole(AriaRole.Link, new() { Name = "English" }).ClickAsync();
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "en");
        await Assertions.Expect(page.Locator("#label")).ToHaveValueAsync("阿美");

        await page.GotoAsync(site.Idp + "/sign-up");
        await Assertions.Expect(page.Locator("#label")).ToHaveValueAsync("");
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task It_has_the_landmarks_and_access_keys_that_citizens_know(string path)
    {
        await using var device = await browser.DeviceAsync();
        var page = (await device.TabAsync()).Page;
        await page.GotoAsync(site.Idp + path);
        (await page.Locator("html").GetAttributeAsync("lang")).ShouldBe("zh-Hant-TW");
        (await page.TitleAsync()).ShouldEndWith("我的數位身分");
        (await page.Locator("[accesskey]").EvaluateAllAsync<string[]>("list => list.map(e => e.accessKey)"))
            .ShouldBe(["U", "C", "Z"]);

        await page.Keyboard.PressAsync("Tab");
        (await page.EvaluateAsync<string>("document.activeElement.textContent")).ShouldBe("跳到主要內容區塊");
        await page.Keyboard.PressAsync("Enter");
        (await page.EvaluateAsync<string>("document.activeElement.id")).ShouldBe("main");
    }

    [Theory]
    [InlineData("/help")]
    [InlineData("/sign-in")]
    [InlineData("/sign-up")]
    public async Task The_pages_weigh_little(string path)
    {
        await using var device = await browser.DeviceAsync();
        var page = (await device.TabAsync()).Page;
        await page.GotoAsync(site.Idp + path, new() { WaitUntil = WaitUntilState.NetworkIdle });
        var sizes = await page.EvaluateAsync<Dictionary<string, int>>(
            "Object.fromEntries(performance.getEntries().filter(e => e.encodedBodySize).map(e => [new URL(e.name).pathname, e.encodedBodySize]))");
        sizes["/assets/css/site.css"].ShouldBeLessThan(8_192);
        sizes.Values.Sum().ShouldBeLessThan(30_720);
    }

    [Fact]
    public async Task An_error_page_tells_what_to_do_and_can_be_quoted()
    {
        await using var device = await browser.DeviceAsync(new() { Language = "en" });
        await device.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        var page = (await device.TabAsync()).Page;
        await page.GotoAsync(site.Idp + "/no-such-page");
        (await page.Locator(".actions a").CountAsync()).ShouldBeGreaterThanOrEqualTo(2);
        await page.GetByRole(AriaRole.Button, new() { Name = "Copy" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Copied" })).ToBeVisibleAsync();
        (await page.EvaluateAsync<string>("navigator.clipboard.readText()")).ShouldMatch("^MOI-SYS-404 [0-9a-f]{32}$");
    }

    [Fact]
    public async Task Where_the_clipboard_is_refused_the_address_is_selected_and_the_button_says_what_to_do()
    {
        await using var device = await browser.DeviceAsync(new() { Language = "en", UserAgent = "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 [FBAN/EMA;FBAV/400.0]", Width = 390 });
        var page = (await device.TabAsync()).Page;
        await page.AddInitScriptAsync("navigator.clipboard.writeText = () => Promise.reject(new DOMException('', 'NotAllowedError')); document.execCommand = () => false;");
        await page.GotoAsync(site.Idp + "/sign-in");

        await page.GetByRole(AriaRole.Button, new() { Name = "Copy the address" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Press and hold the address above" })).ToBeVisibleAsync();
        (await page.EvaluateAsync<string>("getSelection().toString()")).ShouldBe(site.Idp + "/sign-in");
    }

    [Theory]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Safari Line/14.1.0", "LINE")]
    [InlineData("Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 [FBAN/EMA;FBAV/400.0]", "Facebook")]
    public async Task A_citizen_inside_another_app_is_led_to_a_real_browser(string userAgent, string app)
    {
        await using var device = await browser.DeviceAsync(new() { UserAgent = userAgent, Width = 390 });
        var page = (await device.TabAsync()).Page;
        await page.GotoAsync(site.Idp + "/sign-in");
        await Assertions.Expect(page.Locator(".lead")).ToContainTextAsync($"您正在使用 {app} 內建的瀏覽器");
        await Assertions.Expect(page.Locator("#address")).ToHaveValueAsync(site.Idp + "/sign-in");
        page.Url.Contains("openExternalBrowser=1", StringComparison.Ordinal).ShouldBe(app == "LINE");
        (await page.Locator("a[href^='intent://']").CountAsync()).ShouldBe(app == "LINE" ? 0 : 1);
    }
}
