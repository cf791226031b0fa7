using System.Text.Encodings.Web;
using System.Text.Json;
using System.Web;
using Microsoft.Playwright;
using Moi.Identity.Browser.Tests.Browsers;
using Moi.Identity.Testing;

namespace Moi.Identity.Browser.Tests;

/// <summary>
/// A page of the identity provider's origin, with its real headers and scripts, that holds one passkey form; and what
/// the form posts.
/// </summary>
public sealed class CeremonyHarness
{
    private readonly string _address;
    private readonly TaskCompletionSource<Posted> _posted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private CeremonyHarness(Tab tab, string address)
    {
        Tab = tab;
        _address = address;
    }

    public Tab Tab { get; }

    /// <summary>What the form sent; waits for it.</summary>
    public Task<Posted> Posted => _posted.Task.WaitAsync(TimeSpan.FromSeconds(30));

    public bool HasPosted => _posted.Task.IsCompleted;

    public static async Task<CeremonyHarness> OpenAsync(
        Device device, string origin, string body, Func<Tab, Task>? prepare = null)
    {
        var tab = await device.TabAsync();
        using var http = LocalhostHttp.Client(origin);
        using var real = await http.GetAsync(new Uri("/help", UriKind.Relative));
        var headers = real.Headers.ToDictionary(header => header.Key, header => string.Join(", ", header.Value));
        var harness = new CeremonyHarness(tab, origin + "/ceremony-of-a-test");
        await tab.Page.RouteAsync(harness._address, route => harness.AnswerAsync(route, headers, body));
        if (prepare is not null)
        {
            await prepare(tab);
        }

        await tab.Page.GotoAsync(harness._address);
        return harness;
    }

    /// <summary>The form as pages write it.</summary>
    public static string Form(string ceremony, object options, string extra = "") => $"""
        <form method="post" data-passkey="{ceremony}" data-options="{HtmlEncoder.Default.Encode(JsonSerializer.Serialize(options))}">
          <input type="hidden" name="response"><input type="hidden" name="error" value="JavaScriptNotEnabled">
          <input type="hidden" name="elapsed_ms">
          {extra}
          <button class="btn">Go</button>
          <button name="hint" value="security-key">Key</button>
          <div role="status" data-passkey-status data-waiting="Follow the prompt" data-slow="No prompt yet?" data-cancel="Cancel" data-cancelled="Cancelled"></div>
        </form>
        """;

    public static object CreationOptions(params string[] excluded) => new
    {
        rp = new { id = "idp.localhost", name = "Test" },
        user = new { id = "dXNlci1oYW5kbGU", name = "label", displayName = "label" },
        challenge = "Y2hhbGxlbmdlLWNoYWxsZW5nZQ",
        pubKeyCredParams = new[] { new { type = "public-key", alg = -7 } },
        authenticatorSelection = new { residentKey = "required", userVerification = "required" },
        excludeCredentials = excluded.Select(id => new { type = "public-key", id }),
    };

    public static object RequestOptions(params string[] allowed) => new
    {
        rpId = "idp.localhost",
        challenge = "Y2hhbGxlbmdlLWNoYWxsZW5nZQ",
        userVerification = "required",
        allowCredentials = allowed.Select(id => new { type = "public-key", id }),
    };

    public Task PressAsync(string button = "Go") => Tab.Page.GetByRole(AriaRole.Button, new() { Name = button }).ClickAsync();

    private async Task AnswerAsync(IRoute route, Dictionary<string, string> headers, string body)
    {
        if (route.Request.Method == "POST")
        {
            var fields = HttpUtility.ParseQueryString(route.Request.PostData ?? "");
            await route.FulfillAsync(new() { ContentType = "text/html", Body = "<title>posted</title>" });
            _posted.TrySetResult(new Posted(fields["response"] ?? "", fields["error"] ?? "", fields["elapsed_ms"] ?? ""));
            return;
        }

        headers["Content-Type"] = "text/html; charset=utf-8";
        headers.Remove("Transfer-Encoding");
        await route.FulfillAsync(new()
        {
            Headers = headers,
            Body = $"""
                <!doctype html><html lang="en"><title>Ceremony</title>
                <script type="module" src="/assets/js/passkey.js"></script>
                <body><main>{body}</main>
                """,
        });
    }
}

/// <summary>The three fields of a passkey form.</summary>
public sealed record Posted(string Response, string Error, string ElapsedMs)
{
    public JsonElement Credential => JsonDocument.Parse(Response).RootElement;
}
