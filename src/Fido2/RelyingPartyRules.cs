using System.Net;

namespace Moi.Identity.Fido2;

/// <summary>What a relying party's configuration must satisfy; §5.4.2, §13.5.9 and HTML "origin".</summary>
internal static class RelyingPartyRules
{
    /// <summary>
    /// Second-level registries of .tw: names below them belong to different people. From the Public Suffix List,
    /// 2026-07; the whole list is a browser's duty, these are the ones a Taiwanese service could get wrong.
    /// </summary>
    internal static readonly string[] TaiwanRegistries =
    [
        "club.tw", "com.tw", "ebiz.tw", "edu.tw", "game.tw", "gov.tw", "idv.tw", "mil.tw", "net.tw", "org.tw",
        "xn--czrw28b.tw", "xn--uc0atv.tw", "xn--zf0ao64a.tw",
    ];

    internal static List<string> Mistakes(
        string id, string name, IReadOnlyCollection<string> origins, bool allowCrossOrigin, IReadOnlyCollection<string> topOrigins)
    {
        var mistakes = new List<string>();
        if (string.IsNullOrWhiteSpace(name))
        {
            mistakes.Add("The name is empty.");
        }

        if (!IsDomain(id))
        {
            mistakes.Add($"The RP ID '{id}' is not a domain name in lower-case ASCII.");
        }
        else if (IsPublicSuffix(id))
        {
            mistakes.Add($"The RP ID '{id}' is a public suffix: names below it belong to different people.");
        }

        if (origins.Count == 0)
        {
            mistakes.Add("No origin is listed.");
        }

        foreach (var origin in origins)
        {
            if (IsOpaqueOrigin(origin))
            {
                continue;
            }

            if (WebOriginHost(origin) is not { } host)
            {
                mistakes.Add($"The origin '{origin}' is not written as a browser writes one (https://host[:port], http only for localhost).");
            }
            else if (host != id && !host.EndsWith("." + id, StringComparison.Ordinal))
            {
                mistakes.Add($"The RP ID '{id}' does not fit the origin '{origin}'.");
            }
        }

        foreach (var origin in topOrigins.Where(origin => WebOriginHost(origin) is null))
        {
            mistakes.Add($"The top origin '{origin}' is not written as a browser writes one.");
        }

        if (topOrigins.Count > 0 && !allowCrossOrigin)
        {
            mistakes.Add("Top origins are listed, but cross-origin frames are not allowed.");
        }

        return mistakes;
    }

    /// <summary>The host of a tuple origin in its one serialisation; null for anything else.</summary>
    internal static string? WebOriginHost(string origin)
    {
        // Uri would forgive upper case, paths, user info and default ports; taking the string apart does not.
        var https = origin.StartsWith("https://", StringComparison.Ordinal);
        if (!https && !origin.StartsWith("http://", StringComparison.Ordinal))
        {
            return null;
        }

        var host = origin[(https ? 8 : 7)..];
        if (host.IndexOf(':', StringComparison.Ordinal) is var colon and >= 0)
        {
            var port = host[(colon + 1)..];
            host = host[..colon];
            if (!IsPort(port) || port == (https ? "443" : "80"))
            {
                return null;
            }
        }

        return IsDomain(host) && (https || IsLocalhost(host)) ? host : null;
    }

    private static bool IsPort(string text)
        => text.Length is > 0 and <= 5 && text[0] != '0' && text.All(char.IsAsciiDigit)
            && int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) <= ushort.MaxValue;

    private static bool IsDomain(string host)
        => host.Length is > 0 and <= 253 && !IPAddress.TryParse(host, out _) && host.Split('.').All(IsLabel);

    private static bool IsLabel(string label)
        => label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-'
            && label.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_');

    private static bool IsLocalhost(string host) => host == "localhost" || host.EndsWith(".localhost", StringComparison.Ordinal);

    private static bool IsPublicSuffix(string id)
        => (!id.Contains('.', StringComparison.Ordinal) && id != "localhost") || TaiwanRegistries.Contains(id, StringComparer.Ordinal);

    /// <summary>What app platforms write in place of an origin: the SHA-256 of an Android signing certificate, or an iOS bundle.</summary>
    private static bool IsOpaqueOrigin(string origin)
    {
        const string Android = "android:apk-key-hash:";
        const string Ios = "ios:bundle-id:";
        const int Sha256InBase64Url = 43;
        if (origin.StartsWith(Android, StringComparison.Ordinal))
        {
            var hash = origin[Android.Length..];
            return hash.Length == Sha256InBase64Url && hash.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
        }

        return origin.StartsWith(Ios, StringComparison.Ordinal)
            && origin[Ios.Length..].Split('.') is { Length: >= 2 } parts
            && parts.All(part => part.Length > 0 && part.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'));
    }
}
