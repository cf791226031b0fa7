namespace Moi.Identity.Idp.Sessions;

/// <summary>A short, human name of the browser and its system. Coarse on purpose: it helps recognition, not tracking.</summary>
internal static class DeviceName
{
    private static readonly string[] InApp = ["Line/", "FBAN", "FBAV", "Instagram", "MicroMessenger", "; wv)"];

    /// <summary>Turns a <c>User-Agent</c> into, for example, <c>Chrome · Windows</c>; at most 40 characters.</summary>
    internal static string From(string? userAgent)
    {
        if (string.IsNullOrEmpty(userAgent))
        {
            return "";
        }

        // Order matters: Edge and Opera also say Chrome, Chrome also says Safari.
        var browser = First(
            userAgent,
            ("Line/", "LINE"), ("FBAN", "Facebook"), ("FBAV", "Facebook"), ("Instagram", "Instagram"),
            ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
            ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"));
        var system = First(
            userAgent,
            ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
            ("CrOS", "ChromeOS"), ("Macintosh", "Mac"), ("Linux", "Linux"));
        return (browser, system) switch
        {
            ("", "") => "",
            (_, "") => browser,
            ("", _) => system,
            _ => browser + " · " + system,
        };
    }

    /// <summary>Whether the browser is one inside an app, where passkeys fail although they are said to be supported.</summary>
    internal static bool IsInApp(string? userAgent)
        => userAgent is not null
            && InApp.Any(mark => userAgent.Contains(mark, StringComparison.Ordinal));

    private static string First(string userAgent, params ReadOnlySpan<(string Mark, string Name)> names)
    {
        foreach (var (mark, name) in names)
        {
            if (userAgent.Contains(mark, StringComparison.Ordinal))
            {
                return name;
            }
        }

        return "";
    }
}
