using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Moi.Identity.Browser.Tests.Browsers.PasskeyBrowser))]

namespace Moi.Identity.Browser.Tests.Browsers;

/// <summary>
/// One Chromium for all tests. Its path is the setting <c>PASSKEY_BROWSER</c>, else <c>/usr/bin/chromium</c>; without
/// a browser the tests fail.
/// </summary>
public sealed class PasskeyBrowser : IAsyncLifetime
{
    private const string WithoutAutofill =
        """
        const capabilities = PublicKeyCredential.getClientCapabilities;
        PublicKeyCredential.getClientCapabilities = async () => ({
          ...await capabilities.call(PublicKeyCredential), conditionalGet: false,
        });
        """;

    private IPlaywright _playwright = null!;
    private IBrowser _chromium = null!;

    public async ValueTask InitializeAsync()
    {
        var path = Environment.GetEnvironmentVariable("PASSKEY_BROWSER") ?? "/usr/bin/chromium";
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"No browser at {path}. Install Chromium, or name another in PASSKEY_BROWSER.");
        }

        // On a loaded machine a page takes its time.
        Assertions.SetDefaultExpectTimeout(30_000);
        _playwright = await Playwright.CreateAsync();
        _chromium = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = path,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        });
    }

    /// <summary>A browser profile of its own: cookies, language, screen. Nothing is shared with another one.</summary>
    public async Task<Device> DeviceAsync(DeviceOptions? options = null)
    {
        options ??= new DeviceOptions();
        var context = await _chromium.NewContextAsync(new()
        {
            Locale = options.Language,
            TimezoneId = "Asia/Taipei",
            ColorScheme = options.Dark ? ColorScheme.Dark : ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
            JavaScriptEnabled = options.JavaScript,
            UserAgent = options.UserAgent,
            ViewportSize = new() { Width = options.Width, Height = 800 },
        });
        context.SetDefaultTimeout(30_000);
        if (!options.Autofill)
        {
            await context.AddInitScriptAsync(WithoutAutofill);
        }

        return new Device(context, options);
    }

    public async ValueTask DisposeAsync()
    {
        await _chromium.DisposeAsync();
        _playwright.Dispose();
    }
}

/// <summary>What kind of device a citizen uses.</summary>
public sealed record DeviceOptions
{
    public string Language { get; init; } = "zh-TW";

    public bool Dark { get; init; }

    public int Width { get; init; } = 1280;

    public bool JavaScript { get; init; } = true;

    public string? UserAgent { get; init; }

    /// <summary>
    /// Whether passkeys are offered while a page waits (conditional mediation). A virtual authenticator takes such an offer
    /// whenever it likes; a test in which the citizen waits switches it off.
    /// </summary>
    public bool Autofill { get; init; } = true;
}
