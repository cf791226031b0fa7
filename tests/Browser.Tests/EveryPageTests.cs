using Microsoft.Playwright;
using Moi.Identity.Browser.Tests.Browsers;

namespace Moi.Identity.Browser.Tests;

/// <inheritdoc/>
public sealed class EveryChinesePageTests(PasskeyBrowser browser, Site site) : EveryPageTests(browser, site, "zh-TW");

/// <inheritdoc/>
public sealed class EveryEnglishPageTests(PasskeyBrowser browser, Site site) : EveryPageTests(browser, site, "en");

/// <summary>
/// What every page and every state of a ceremony owes to everybody. With <c>PAGE_ALBUM</c> naming a folder, each one is
/// also photographed.
/// </summary>
public abstract class EveryPageTests(PasskeyBrowser browser, Site site, string language)
{
    [Fact]
    public async Task Axe_finds_nothing_and_nothing_scrolls_sideways()
    {
        var found = new List<string>();
        var album = Album.IfAskedFor(language);
        await new Walk(browser, site, language, async (page, name) =>
        {
            await CheckAsync(page, name, found);
            await (album?.TakeAsync(page, name) ?? Task.CompletedTask);
        }).EverywhereAsync();
        found.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_breaks_a_rule_is_found()
    {
        await using var device = await browser.DeviceAsync(new() { Language = language });
        var tab = await device.TabAsync();
        await tab.GoAsync(site.Idp + "/");
        await tab.Page.EvaluateAsync(
            """
            () => {
              const main = document.querySelector("main");
              const pale = main.appendChild(document.createElement("p"));
              pale.textContent = "pale";
              Object.assign(pale.style, { color: "#bbb", background: "#fff", width: "400px" });
              main.appendChild(document.createElement("img"));
            }
            """);
        var found = new List<string>();
        await CheckAsync(tab.Page, "planted", found);
        found.ShouldContain(fault => fault.StartsWith("planted color-contrast: <p", StringComparison.Ordinal));
        found.ShouldContain(fault => fault.StartsWith("planted image-alt: <img", StringComparison.Ordinal));
        found.ShouldContain(fault => fault.EndsWith("on a screen of 320", StringComparison.Ordinal));
    }

    private static async Task CheckAsync(IPage page, string name, List<string> found)
    {
        // The failures of a ceremony differ in their words only.
        if (name.StartsWith("failed-", StringComparison.Ordinal) && name != "failed-NotAllowedError")
        {
            return;
        }

        await page.WaitForLoadStateAsync();
        var light = await page.ViolationsAsync();

        // Nothing but the colours is different in the dark.
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        var dark = await page.ViolationsAsync("color-contrast");
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        found.AddRange(light.Concat(dark).Select(violation => $"{name} {violation}"));

        await page.SetViewportSizeAsync(320, 800);
        var width = await page.EvaluateAsync<int>("document.documentElement.scrollWidth");
        if (width > 320)
        {
            found.Add($"{name} is {width} pixels wide on a screen of 320");
        }

        await page.SetViewportSizeAsync(1280, 800);
    }
}
