using System.Formats.Asn1;

namespace Moi.Identity.Fido2.Certificates;

/// <summary>Whether two encoded names are the same; RFC 5280 §7.1.</summary>
/// <remarks>Most chains repeat the bytes. Some certificates write the same text as another string type or with other
/// capitals, so text is compared without case and with runs of spaces as one.</remarks>
internal static class DistinguishedName
{
    /// <summary>Of longer names than any certificate has, only those of the same bytes are equal.</summary>
    private const int MostAttributes = 64;

    /// <summary>Stands after the attributes of one relative name; an attribute starts with a digit.</summary>
    private const string EndOfRelativeName = "+";

    /// <summary>A SEQUENCE without anything in it.</summary>
    internal static bool IsEmpty(ReadOnlySpan<byte> name) => name is [0x30, 0x00];

    internal static bool AreEqual(ReadOnlyMemory<byte> left, ReadOnlyMemory<byte> right)
    {
        if (left.Span.SequenceEqual(right.Span))
        {
            return true;
        }

        try
        {
            return Canonical(left) is { } one && Canonical(right) is { } other && one.SequenceEqual(other);
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    /// <summary>The attributes one by one; null if there are too many.</summary>
    private static List<string>? Canonical(ReadOnlyMemory<byte> encoded)
    {
        var parts = new List<string>();
        var count = 0;
        var name = new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence();
        while (name.HasData)
        {
            var set = name.ReadSetOf(skipSortOrderValidation: true);
            var attributes = new List<string>();
            while (set.HasData)
            {
                if (++count > MostAttributes)
                {
                    return null;
                }

                var attribute = set.ReadSequence();
                attributes.Add($"{attribute.ReadObjectIdentifier()}={Value(attribute)}");
                attribute.ThrowIfNotEmpty();
            }

            // The order inside a relative name says nothing.
            attributes.Sort(StringComparer.Ordinal);
            parts.AddRange(attributes);
            parts.Add(EndOfRelativeName);
        }

        return parts;
    }

    private static string Value(AsnReader attribute)
    {
        var tag = attribute.PeekTag();
        var isText = tag.TagClass == TagClass.Universal && (UniversalTagNumber)tag.TagValue
            is UniversalTagNumber.UTF8String or UniversalTagNumber.PrintableString or UniversalTagNumber.IA5String
            or UniversalTagNumber.T61String or UniversalTagNumber.BMPString;
        if (!isText)
        {
            return "#" + Convert.ToHexString(attribute.ReadEncodedValue().Span);
        }

        var text = attribute.ReadCharacterString((UniversalTagNumber)tag.TagValue);
        return "\"" + string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToUpperInvariant();
    }
}
