namespace Moi.Identity.Idp.Web;

/// <summary>
/// A browser inside another app. It says that it supports passkeys, and then every ceremony fails within
/// milliseconds, because the app has no right to use passkeys of this site.
/// </summary>
/// <param name="Name">Short and stable, for metrics.</param>
/// <param name="AppName">What citizens call the app; nothing when it is not known.</param>
/// <param name="Reopens">The app opens an address with <c>openExternalBrowser=1</c> in the real browser (LINE).</param>
internal sealed record InAppBrowser(string Name, string? AppName, bool Reopens = false)
{
    internal const string ReopenParameter = "openExternalBrowser";

    private static readonly InAppBrowser WebView = new("webview", null);

    /// <summary>What the User-Agent of each contains. The web view comes last: on Android the others contain it too.</summary>
    private static readonly (string Token, InAppBrowser Browser)[] Known =
    [
        (" Line/", new("line", "LINE", Reopens: true)),
        ("FBAN", new("facebook", "Facebook")),
        ("FBAV", new("facebook", "Facebook")),
        ("Instagram", new("instagram", "Instagram")),
        ("MicroMessenger", new("wechat", "WeChat")),
        ("; wv)", WebView),
    ];

    /// <summary>The app around the browser of this request, or nothing for a browser of its own.</summary>
    internal static InAppBrowser? Of(HttpRequest request)
    {
        var agent = request.Headers.UserAgent.ToString();
        return Known.FirstOrDefault(known => agent.Contains(known.Token, StringComparison.Ordinal)).Browser
            ?? (IsUnnamedOniOS(agent) ? WebView : null);
    }

    /// <summary>Every browser of its own on an iPhone or iPad names Safari; the view that other apps show pages in does not.</summary>
    private static bool IsUnnamedOniOS(string agent)
        => (agent.Contains("iPhone", StringComparison.Ordinal) || agent.Contains("iPad", StringComparison.Ordinal))
            && agent.Contains("AppleWebKit/", StringComparison.Ordinal)
            && !agent.Contains("Safari/", StringComparison.Ordinal);
}
