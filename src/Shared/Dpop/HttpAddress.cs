using System.Text;

namespace Moi.Identity.Dpop;

/// <summary>The form in which <c>htu</c> and the address of the request are compared.</summary>
/// <remarks>
/// RFC 9449 §4.3: "servers SHOULD employ syntax-based normalization (Section 6.2.2 of [RFC3986]) and scheme-based normalization
/// (Section 6.2.3 of [RFC3986]) before comparing the htu claim", "ignoring any query and fragment parts".
/// </remarks>
internal static class HttpAddress
{
    private const int Longest = 2048;

    /// <summary>The normal form of an absolute http or https address, or <see langword="null"/> when it is none.</summary>
    internal static string? Normalise(string address)
    {
        // SECURITY: browsers and System.Uri read a backslash as a slash; RFC 3986 does not know it. Nor spaces, nor anything beyond ASCII.
        if (address.Length > Longest || address.Any(c => c is <= ' ' or >= '\x7f' or '\\'))
        {
            return null;
        }

        var end = address.AsSpan().IndexOfAny('?', '#');
        return Percent(end < 0 ? address : address[..end]) is { } text
            && Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
            && uri.UserInfo.Length == 0
            && uri.HostNameType is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6

            // Scheme and host in lower case, no default port, no dot segments, "/" for an empty path: what System.Uri does by itself.
            ? uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
            : null;
    }

    /// <summary>RFC 3986 §6.2.2.1 and §6.2.2.2: upper-case hexadecimal digits, and no percent-encoding of unreserved characters.</summary>
    private static string? Percent(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                result.Append(text[i]);
                continue;
            }

            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
            {
                return null;
            }

            var value = (char)Convert.FromHexString(text.AsSpan(i + 1, 2))[0];
            if (char.IsAsciiLetterOrDigit(value) || value is '-' or '.' or '_' or '~')
            {
                result.Append(value);
            }
            else
            {
                result.Append('%').Append(char.ToUpperInvariant(text[i + 1])).Append(char.ToUpperInvariant(text[i + 2]));
            }

            i += 2;
        }

        return result.ToString();
    }
}
