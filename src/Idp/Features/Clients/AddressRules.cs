using System.Net;

namespace Moi.Identity.Idp.Features.Clients;

/// <summary>What an address in a registration may look like.</summary>
/// <remarks>
/// SECURITY: redirect addresses are compared as whole strings at run time. These rules keep out those that a browser
/// would read differently from us.
/// </remarks>
internal sealed class AddressRules(bool development, Mistakes mistakes)
{
    private const int MostAddresses = 20;

    /// <summary>Parameters by which sites forward to any address: a code sent there would leak.</summary>
    private static readonly string[] Forwarders =
        ["url=", "returnurl=", "return_url=", "redirect=", "redirect_uri=", "redirect_url=", "next=", "continue=", "goto="];

    /// <summary>Addresses to which a browser is sent back.</summary>
    internal void CheckRedirects(IReadOnlyList<string> addresses, string path, bool native)
    {
        mistakes.Require(
            addresses.Count <= MostAddresses, path, "too-many", $"at most {MostAddresses} addresses can be registered");
        for (var i = 0; i < addresses.Count; i++)
        {
            var at = $"{path}[{i}]";
            if (addresses[i].Length > 0 && Parse(addresses[i], at) is { } uri)
            {
                mistakes.Require(
                    !addresses.Take(i).Contains(addresses[i], StringComparer.OrdinalIgnoreCase), at, "duplicate",
                    "this address is listed twice");
                CheckRedirect(uri, addresses[i], at, native);
            }
        }
    }

    /// <summary>An address of the agency that this server will call or show.</summary>
    internal void CheckCalled(string? address, string path)
    {
        if (address is not null && Parse(address, path) is { } uri)
        {
            CheckScheme(uri, path, native: false);
        }
    }

    private void CheckRedirect(Uri uri, string address, string path, bool native)
    {
        CheckScheme(uri, path, native);
        mistakes.Require(
            !Forwarders.Any(name => uri.Query.Contains(name, StringComparison.OrdinalIgnoreCase)), path, "open-redirector",
            "the query looks like a page that forwards to any address; register the final address");
        mistakes.Require(
            !address.Contains("iss=", StringComparison.Ordinal), path, "reserved-parameter",
            "the parameter iss belongs to the answer (RFC 9207)");
    }

    private void CheckScheme(Uri uri, string path, bool native)
    {
        if (uri.Scheme == Uri.UriSchemeHttps)
        {
            mistakes.Require(
                uri.HostNameType == UriHostNameType.Dns, path, "ip-host", "the host must be a name, not an IP address");
            mistakes.Require(
                development || !IsLocalName(uri.Host), path, "localhost",
                "localhost is only for development; native applications use http://127.0.0.1 or http://[::1]");
        }
        else if (uri.Scheme == Uri.UriSchemeHttp)
        {
            // RFC 8252 §7.3: a native application listens on the loopback address, where TLS adds nothing.
            var loopbackOfNative = native && IPAddress.TryParse(uri.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip);
            mistakes.Require(
                loopbackOfNative || (development && IsLocalName(uri.Host)), path, "https",
                "must use https" + (development ? ", or http on a *.localhost name in development" : ""));
        }
        else
        {
            // RFC 8252 §7.1: a private-use scheme is a reversed domain name, so that applications do not collide.
            mistakes.Require(
                native && uri.Scheme.Contains('.', StringComparison.Ordinal), path, "scheme",
                "must use https; native applications may use a scheme that is their domain name reversed");
        }
    }

    private Uri? Parse(string address, string path)
    {
        var before = mistakes.List.Count;
        mistakes.Require(!address.Contains('#', StringComparison.Ordinal), path, "fragment", "must not have a fragment (#)");
        mistakes.Require(!Authority(address).Contains('@', StringComparison.Ordinal), path, "userinfo", "must not have a user part (@)");
        mistakes.Require(!address.Contains('*', StringComparison.Ordinal), path, "wildcard", "must be complete, without wildcards");
        mistakes.Require(
            !address.Contains('\\', StringComparison.Ordinal) && address.All(c => c is > ' ' and < '\u007f'), path, "characters",
            "must consist of visible ASCII characters without backslashes; spell others in percent or punycode form");
        mistakes.Require(
            !HasHiddenCharacter(address), path, "encoded",
            "must not hide slashes, backslashes, dots or control characters behind percent signs");
        if (mistakes.List.Count > before)
        {
            return null;
        }

        if (address.StartsWith('/') || !Uri.TryCreate(address, UriKind.Absolute, out var uri))
        {
            mistakes.Add(path, "absolute", "must be an absolute address");
            return null;
        }

        mistakes.Require(
            uri.AbsoluteUri == address, path, "normalized", $"must be spelled as a browser sends it: {uri.AbsoluteUri}");
        return mistakes.List.Count == before ? uri : null;
    }

    private static string Authority(string address)
    {
        var start = address.IndexOf("//", StringComparison.Ordinal);
        return start < 0 ? "" : address[(start + 2)..].Split('/', '?', '#')[0];
    }

    private static bool HasHiddenCharacter(string address)
    {
        for (var i = address.IndexOf('%', StringComparison.Ordinal); i >= 0; i = address.IndexOf('%', i + 1))
        {
            if (i + 2 >= address.Length
                || !byte.TryParse(address.AsSpan(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var b)
                || b is < 0x20 or 0x7f || (char)b is '/' or '\\' or '.' or '%')
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsLocalName(string host)
        => host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
}
