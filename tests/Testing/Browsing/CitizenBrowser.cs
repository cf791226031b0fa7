using System.Net;

namespace Moi.Identity.Testing;

/// <summary>
/// A person's browser without a screen: keeps cookies, follows redirects within one origin, reads forms off the pages and
/// posts them. Its passkeys are in a <see cref="SoftAuthenticator"/>.
/// </summary>
public sealed class CitizenBrowser : IDisposable
{
    private const int MostRedirects = 10;

    private readonly HttpMessageInvoker _http;
    private readonly Uri _origin;

    /// <param name="handler">Reaches the server, follows no redirect and keeps no cookie.</param>
    /// <param name="origin">The origin of the server.</param>
    /// <param name="authenticator">Its passkeys; empty ones of its own if not given.</param>
    public CitizenBrowser(HttpMessageHandler handler, string origin, SoftAuthenticator? authenticator = null)
    {
        _http = new HttpMessageInvoker(handler, disposeHandler: false);
        _origin = new Uri(origin);
        Authenticator = authenticator ?? new SoftAuthenticator();
    }

    /// <summary>The passkeys of this browser.</summary>
    public SoftAuthenticator Authenticator { get; init; }

    /// <summary>What it says it is.</summary>
    public string UserAgent { get; set; } = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";

    /// <summary>The languages it prefers.</summary>
    public string Languages { get; set; } = "en";

    /// <summary>Its cookies.</summary>
    public Dictionary<string, string> Cookies { get; } = new(StringComparer.Ordinal);

    /// <summary>The page it is at.</summary>
    public BrowserPage Page { get; private set; } = null!;

    private string Origin => _origin.GetLeftPart(UriPartial.Authority);

    /// <summary>Opens an address.</summary>
    public Task<BrowserPage> OpenAsync(string address) => GoAsync(HttpMethod.Get, new Uri(_origin, address), null);

    /// <summary>Sends a form of the current page.</summary>
    /// <param name="form">The form.</param>
    /// <param name="changes">Fields to fill in or to change; null removes one.</param>
    public Task<BrowserPage> SendAsync(HtmlForm form, params (string Name, string? Value)[] changes)
        => SendAsync(Page, form, changes);

    /// <summary>Sends a form of a page that was opened earlier, as another tab does.</summary>
    public Task<BrowserPage> SendAsync(BrowserPage page, HtmlForm form, params (string Name, string? Value)[] changes)
    {
        ArgumentNullException.ThrowIfNull(page);
        ArgumentNullException.ThrowIfNull(form);
        var fields = new Dictionary<string, string>(form.Fields, StringComparer.Ordinal);
        foreach (var (name, value) in changes)
        {
            if (value is null)
            {
                fields.Remove(name);
            }
            else
            {
                fields[name] = value;
            }
        }

        return GoAsync(HttpMethod.Post, new Uri(page.Address, form.Action), () => new FormUrlEncodedContent(fields));
    }

    /// <summary>What the authenticator answers to the passkey form of a page.</summary>
    public string Answer(BrowserPage page, Lies? lies = null)
    {
        ArgumentNullException.ThrowIfNull(page);
        return page.PasskeyForm.Passkey == "create"
            ? Authenticator.Create(page.PasskeyForm.Options, Origin, lies)
            : Authenticator.Get(page.PasskeyForm.Options, Origin, lies);
    }

    /// <summary>Does what the current page's passkey form asks, as the page's script does.</summary>
    public Task<BrowserPage> UsePasskeyAsync(Lies? lies = null) => UsePasskeyAsync(Page, lies);

    /// <summary>Does what the passkey form of an earlier page asks.</summary>
    public Task<BrowserPage> UsePasskeyAsync(BrowserPage page, Lies? lies = null)
        => SendResponseAsync(page, Answer(page, lies));

    /// <summary>Posts a response that was made elsewhere.</summary>
    public Task<BrowserPage> SendResponseAsync(BrowserPage page, string response, params (string Name, string? Value)[] changes)
    {
        ArgumentNullException.ThrowIfNull(page);
        return SendAsync(page, page.PasskeyForm, [("response", response), ("error", ""), ("elapsed_ms", "1200"), .. changes]);
    }

    /// <summary>Posts what the page's script posts when the browser reports an error.</summary>
    public Task<BrowserPage> FailAsync(string error, int elapsedMilliseconds = 1200)
        => SendAsync(Page.PasskeyForm, ("response", ""), ("error", error),
            ("elapsed_ms", elapsedMilliseconds.ToString(System.Globalization.CultureInfo.InvariantCulture)));

    /// <summary>Makes an account with a passkey of this browser.</summary>
    public async Task<BrowserPage> SignUpAsync(string label = "Home", string query = "", Lies? lies = null)
    {
        await OpenAsync("/sign-up" + query);
        await SendAsync(Page.PlainForm, ("label", label));
        return await UsePasskeyAsync(lies);
    }

    /// <summary>Signs in with a passkey of this browser.</summary>
    public async Task<BrowserPage> SignInAsync(string query = "")
    {
        await OpenAsync("/sign-in" + query);
        return await UsePasskeyAsync();
    }

    /// <summary>The same passkeys and nothing else: another browser profile, or a window that keeps no cookie.</summary>
    public CitizenBrowser WithoutCookies(HttpMessageHandler handler)
        => new(handler, Origin, Authenticator) { UserAgent = UserAgent, Languages = Languages };

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<BrowserPage> GoAsync(HttpMethod method, Uri address, Func<HttpContent>? content)
    {
        for (var redirects = 0; redirects < MostRedirects; redirects++)
        {
            using var request = new HttpRequestMessage(method, address) { Content = content?.Invoke() };
            request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
            request.Headers.TryAddWithoutValidation("Accept", "text/html,*/*;q=0.8");
            request.Headers.TryAddWithoutValidation("Accept-Language", Languages);
            if (Cookies.Count > 0)
            {
                request.Headers.TryAddWithoutValidation("Cookie", string.Join("; ", Cookies.Select(c => c.Key + "=" + c.Value)));
            }

            using var response = await _http.SendAsync(request, CancellationToken.None);
            Keep(response);
            if (response.StatusCode is HttpStatusCode.Redirect or HttpStatusCode.SeeOther or HttpStatusCode.MovedPermanently
                && response.Headers.Location is { } location)
            {
                var next = new Uri(address, location);
                if (next.GetLeftPart(UriPartial.Authority) != Origin)
                {
                    return Page = new BrowserPage(address, response.StatusCode, response.Headers, "", next);
                }

                (method, address, content) = (HttpMethod.Get, next, null);
                continue;
            }

            var body = await response.Content.ReadAsStringAsync();
            return Page = new BrowserPage(address, response.StatusCode, response.Headers, body, null);
        }

        throw new InvalidOperationException($"More than {MostRedirects} redirects, the last to {address}.");
    }

    private void Keep(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("Set-Cookie", out var cookies))
        {
            return;
        }

        foreach (var cookie in cookies)
        {
            var parts = cookie.Split(';', StringSplitOptions.TrimEntries);
            var (name, value) = parts[0].Split('=', 2) is [var n, var v] ? (n, v) : (parts[0], "");
            if (value.Length == 0 || parts.Any(part => part.StartsWith("expires=Thu, 01 Jan 1970", StringComparison.OrdinalIgnoreCase)))
            {
                Cookies.Remove(name);
            }
            else
            {
                Cookies[name] = value;
            }
        }
    }
}
