using Microsoft.Playwright;

namespace Moi.Identity.Browser.Tests;

/// <summary>
/// Photographs of pages, for eyes: <c>NUMBER-NAME.LANGUAGE.VIEW.png</c> in the folder that <c>PAGE_ALBUM</c> names.
/// </summary>
internal sealed class Album(string folder, string language)
{
    private const string Setting = "PAGE_ALBUM";

    private static readonly (string Name, int Width, int Height, ColorScheme Scheme)[] Views =
    [
        ("desktop-light", 1280, 800, ColorScheme.Light),
        ("desktop-dark", 1280, 800, ColorScheme.Dark),
        ("phone-light", 393, 659, ColorScheme.Light),
        ("phone-dark", 393, 659, ColorScheme.Dark),
        ("narrow-light", 320, 640, ColorScheme.Light),
    ];

    /// <summary>Pages that are also shown as people need them who see or print them otherwise.</summary>
    private static readonly string[] Otherwise = ["sign-in", "consent", "signed-in-account", "agency-letter", "session-end"];

    private int _number;

    /// <summary>An album, if the setting names a folder for it.</summary>
    internal static Album? IfAskedFor(string language)
    {
        if (Environment.GetEnvironmentVariable(Setting) is not { Length: > 0 } folder)
        {
            return null;
        }

        Directory.CreateDirectory(folder);
        return new Album(folder, language);
    }

    /// <summary>The page as it stands, in every view.</summary>
    internal async Task TakeAsync(IPage page, string name)
    {
        _number++;
        foreach (var (view, width, height, scheme) in Views)
        {
            await page.SetViewportSizeAsync(width, height);
            await page.EmulateMediaAsync(new() { ColorScheme = scheme });
            await ShootAsync(page, name, view);
        }

        await PutBackAsync(page);
        if (Otherwise.Contains(name))
        {
            await TakeOtherwiseAsync(page, name);
        }
    }

    /// <summary>Forced colours, on paper, text twice as large.</summary>
    private async Task TakeOtherwiseAsync(IPage page, string name)
    {
        await page.EmulateMediaAsync(new() { ForcedColors = ForcedColors.Active });
        await ShootAsync(page, name, "forced-colors");
        await page.EmulateMediaAsync(new() { ForcedColors = ForcedColors.None, Media = Media.Print });
        await ShootAsync(page, name, "print");
        await page.EmulateMediaAsync(new() { Media = Media.Screen });
        await page.EvaluateAsync("document.documentElement.style.fontSize = '200%'");
        await ShootAsync(page, name, "large-text");
        await page.EvaluateAsync("document.documentElement.style.fontSize = ''");
        await PutBackAsync(page);
    }

    private static async Task PutBackAsync(IPage page)
    {
        await page.SetViewportSizeAsync(1280, 800);
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
    }

    private async Task ShootAsync(IPage page, string name, string view)
        => await page.ScreenshotAsync(new()
        {
            Path = Path.Combine(folder, $"{_number:00}-{name}.{language}.{view}.png"),
            FullPage = true,
        });
}
