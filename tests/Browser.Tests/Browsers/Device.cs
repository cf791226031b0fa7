using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Moi.Identity.Browser.Tests.Browsers;

/// <summary>A citizen's browser with its tabs.</summary>
/// <remarks>
/// What a page must never do, a refused inline script for instance, is collected from every tab and fails the test
/// when the device is put away.
/// </remarks>
public sealed class Device(IBrowserContext context, DeviceOptions options) : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _complaints = new();

    public IBrowserContext Context => context;

    /// <summary>Opens a tab. It has no authenticator until <see cref="Tab.AddAuthenticatorAsync"/>.</summary>
    public async Task<Tab> TabAsync()
    {
        var page = await context.NewPageAsync();
        page.PageError += (_, error) => _complaints.Enqueue($"{page.Url}: {error}");
        page.Console += (_, message) =>
        {
            if (message.Text.Contains("Content Security Policy", StringComparison.Ordinal)
                || message.Text.Contains("TrustedHTML", StringComparison.Ordinal)
                || message.Text.Contains("TrustedScript", StringComparison.Ordinal))
            {
                _complaints.Enqueue($"{page.Url}: {message.Text}");
            }
        };
        return await Tab.OpenAsync(page, options.JavaScript);
    }

    public async ValueTask DisposeAsync()
    {
        await context.DisposeAsync();
        _complaints.ShouldBeEmpty();
    }
}
