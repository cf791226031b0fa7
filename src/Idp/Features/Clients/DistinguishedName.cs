using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Moi.Identity.Idp.Features.Clients;

/// <summary>
/// A distinguished name as X.501 means it: relative names in their order, each a set of attributes. Values are compared
/// exactly, with upper and lower case; spelling in the text form of RFC 4514 does not matter.
/// </summary>
internal sealed class DistinguishedName
{
    /// <summary>RFC 4514 §3, and three that certificates of organisations have.</summary>
    private static readonly Dictionary<string, string> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        ["CN"] = "2.5.4.3",
        ["L"] = "2.5.4.7",
        ["ST"] = "2.5.4.8",
        ["O"] = "2.5.4.10",
        ["OU"] = "2.5.4.11",
        ["C"] = "2.5.4.6",
        ["STREET"] = "2.5.4.9",
        ["DC"] = "0.9.2342.19200300.100.1.25",
        ["UID"] = "0.9.2342.19200300.100.1.1",
        ["SERIALNUMBER"] = "2.5.4.5",
        ["ORGANIZATIONIDENTIFIER"] = "2.5.4.97",
        ["EMAILADDRESS"] = "1.2.840.113549.1.9.1",
    };

    /// <summary>The last relative name first, as RFC 4514 §2.1 writes them.</summary>
    private readonly List<SortedSet<string>> _relativeNames = [];

    private DistinguishedName()
    {
    }

    /// <summary>Reads the name in a certificate.</summary>
    /// <exception cref="AsnContentException">It is none.</exception>
    internal static DistinguishedName Read(X500DistinguishedName encoded)
    {
        var name = new DistinguishedName();
        var outer = new AsnReader(encoded.RawData, AsnEncodingRules.DER);
        var sequence = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        while (sequence.HasData)
        {
            // Encodings from practice are not always sorted.
            var set = sequence.ReadSetOf(skipSortOrderValidation: true);
            var attributes = NewSet();
            while (set.HasData)
            {
                var attribute = set.ReadSequence();
                attributes.Add(Attribute(attribute.ReadObjectIdentifier(), Value(attribute)));
                attribute.ThrowIfNotEmpty();
            }

            name._relativeNames.Insert(0, attributes);
        }

        return name;
    }

    /// <summary>Reads RFC 4514 §3's text form, or nothing.</summary>
    internal static DistinguishedName? Parse(string text)
    {
        var name = new DistinguishedName();
        var rest = text.AsSpan();
        var attributes = NewSet();
        while (true)
        {
            var equals = rest.IndexOf('=');
            if (equals < 1 || TypeOf(rest[..equals].Trim().ToString()) is not { } type || ReadValue(rest[(equals + 1)..], out rest) is not { } value)
            {
                return null;
            }

            attributes.Add(Attribute(type, value));
            if (rest.IsEmpty || rest[0] == ',')
            {
                name._relativeNames.Add(attributes);
                attributes = NewSet();
            }

            if (rest.IsEmpty)
            {
                return name;
            }

            rest = rest[1..];
        }
    }

    internal bool Equals(DistinguishedName other)
        => _relativeNames.Count > 0 && _relativeNames.Count == other._relativeNames.Count
            && _relativeNames.Zip(other._relativeNames).All(pair => pair.First.SetEquals(pair.Second));

    /// <summary>Reads up to the next separator: a comma, a plus sign, or the end. Blanks around it do not count.</summary>
    private static string? ReadValue(ReadOnlySpan<char> text, out ReadOnlySpan<char> rest)
    {
        var bytes = new List<byte>();
        var trailingBlanks = 0;
        var i = 0;
        while (i < text.Length && text[i] == ' ')
        {
            i++;
        }

        var isHex = i < text.Length && text[i] == '#';
        Span<byte> utf8 = stackalloc byte[4];
        for (; i < text.Length && text[i] is not (',' or '+'); i++)
        {
            if (text[i] is '"' or ';' or '<' or '>' or '\0')
            {
                rest = default;
                return null;
            }

            if (text[i] != '\\')
            {
                var status = Rune.DecodeFromUtf16(text[i..], out var rune, out var used);
                if (status != System.Buffers.OperationStatus.Done)
                {
                    rest = default;
                    return null;
                }

                trailingBlanks = text[i] == ' ' ? trailingBlanks + 1 : 0;
                bytes.AddRange(utf8[..rune.EncodeToUtf8(utf8)]);
                i += used - 1;
                continue;
            }

            trailingBlanks = 0;
            if (i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                bytes.Add(Convert.FromHexString(text.Slice(i + 1, 2))[0]);
                i += 2;
            }
            else if (i + 1 < text.Length && text[i + 1] is '"' or '+' or ',' or ';' or '<' or '>' or ' ' or '#' or '=' or '\\')
            {
                bytes.Add((byte)text[++i]);
            }
            else
            {
                rest = default;
                return null;
            }
        }

        rest = text[i..];
        bytes.RemoveRange(bytes.Count - trailingBlanks, trailingBlanks);
        return isHex ? Encoded(bytes) : Text(bytes);
    }

    private static string? Text(List<byte> bytes)
    {
        try
        {
            return bytes.Count == 0 ? null : new UTF8Encoding(false, throwOnInvalidBytes: true).GetString([.. bytes]);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>RFC 4514 §2.4: <c>#</c> and the hexadecimal encoding of the BER of the value.</summary>
    private static string? Encoded(List<byte> ascii)
    {
        try
        {
            var reader = new AsnReader(Convert.FromHexString(Encoding.ASCII.GetString([.. ascii[1..]])), AsnEncodingRules.DER);
            var value = Value(reader);
            return reader.HasData ? null : value;
        }
        catch (Exception e) when (e is FormatException or AsnContentException)
        {
            return null;
        }
    }

    private static string? TypeOf(string type)
        => Types.GetValueOrDefault(type) ?? (type.Contains('.', StringComparison.Ordinal) && type.All(c => char.IsAsciiDigit(c) || c == '.') ? type : null);

    /// <summary>The text of a string of any type; of anything else its encoding, marked so that no text equals it.</summary>
    private static string Value(AsnReader reader)
        => reader.PeekTag() is { TagClass: TagClass.Universal } tag
            && (UniversalTagNumber)tag.TagValue is UniversalTagNumber.UTF8String or UniversalTagNumber.PrintableString
                or UniversalTagNumber.IA5String or UniversalTagNumber.T61String or UniversalTagNumber.BMPString
                ? reader.ReadCharacterString((UniversalTagNumber)tag.TagValue)
                : "\0" + Convert.ToHexString(reader.ReadEncodedValue().Span);

    private static string Attribute(string type, string value) => type + "=" + value;

    private static SortedSet<string> NewSet() => new(StringComparer.Ordinal);
}
