using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
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
    private static readonly AxeRunOptions Everything = new() { ResultTypes = [ResultType.Violations] };

    private static readonly AxeRunOptions Contrast = new()
    {
        ResultTypes = [ResultType.Violations],
        RunOnly = new() { Type = "rule", Values = ["color-contrast"] },
    };

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

    private static async Task CheckAsync(IPage page, string name, List<string> found)
    {
        // The failures of a ceremony differ in their words only.
        if (name.StartsWith("failed-", StringComparison.Ordinal) && name != "failed-NotAllowedError")
        {
            return;
        }

        var light = await page.RunAxe(Everything);

        // Nothing but the colours is different in the dark.
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        var dark = await page.RunAxe(Contrast);
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        found.AddRange(light.Violations.Concat(dark.Violations)
            .SelectMany(violation => violation.Nodes, (violation, node) => $"{name} {violation.Id}: {node.Html}"));

        await page.SetViewportSizeAsync(320, 800);
        var width = await page.EvaluateAsync<int>("document.documentElement.scrollWidth");
        if (width > 320)
        {
            found.Add($"{name} is {width} pixels wide on a screen of 320");
        }

        await page.SetViewportSizeAsync(1280, 800);
    }
}
