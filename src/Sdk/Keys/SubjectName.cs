using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Moi.Identity.Keys;

/// <summary>The subject of a certificate in the text form of RFC 4514, by which <c>tls_client_auth</c> is registered (RFC 8705 §2.1.2).</summary>
internal static class SubjectName
{
    /// <summary>RFC 4514 §3.</summary>
    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        ["2.5.4.3"] = "CN",
        ["2.5.4.7"] = "L",
        ["2.5.4.8"] = "ST",
        ["2.5.4.10"] = "O",
        ["2.5.4.11"] = "OU",
        ["2.5.4.6"] = "C",
        ["2.5.4.9"] = "STREET",
        ["0.9.2342.19200300.100.1.25"] = "DC",
        ["0.9.2342.19200300.100.1.1"] = "UID",
    };

    /// <summary>The name, last part first, or <see langword="null"/> when it has a part that this form has no word for.</summary>
    internal static string? Of(X500DistinguishedName name)
    {
        var parts = name.EnumerateRelativeDistinguishedNames().Select(Part).ToArray();
        return parts.Length == 0 || parts.Contains(null, StringComparer.Ordinal) ? null : string.Join(',', parts);
    }

    private static string? Part(X500RelativeDistinguishedName part) =>
        !part.HasMultipleElements
        && Types.TryGetValue(part.GetSingleElementType().Value!, out var type)
        && part.GetSingleElementValue() is { Length: > 0 } value
            ? type + "=" + Escape(value)
            : null;

    /// <summary>§2.4: the characters with a meaning, a number sign or space in front, and a space at the end.</summary>
    private static string Escape(string value)
    {
        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            var isSpecial = value[i] is '"' or '+' or ',' or ';' or '<' or '>' or '\\'
                || (i == 0 && value[i] is (' ' or '#'))
                || (i == value.Length - 1 && value[i] == ' ');
            text.Append(isSpecial ? "\\" : "").Append(value[i]);
        }

        return text.ToString();
    }
}
