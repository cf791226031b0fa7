using System.Formats.Asn1;

namespace Moi.Identity.Fido2.Certificates;

/// <summary>Whether two encoded names are the same; RFC 5280 §7.1.</summary>
/// <remarks>Most chains repeat the bytes. Some certificates write the same text as another string type or with other
/// capitals, so text is compared without case and with runs of spaces as one.</remarks>
internal static class DistinguishedName
{
    /// <summary>Deeper or longer names than any certificate has are never equal.</summary>
    private const int MostAttributes = 64;

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
            return Canonical(left).SequenceEqual(Canonical(right));
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    private static List<string> Canonical(ReadOnlyMemory<byte> encoded)
    {
        var parts = new List<string>();
        var name = new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence();
        while (name.HasData)
        {
            var set = name.ReadSetOf(skipSortOrderValidation: true);
            var attributes = new List<string>();
            while (set.HasData && parts.Count + attributes.Count < MostAttributes)
            {
                var attribute = set.ReadSequence();
                attributes.Add($"{attribute.ReadObjectIdentifier()}={Value(attribute)}");
            }

            // The order inside a relative name says nothing.
            attributes.Sort(StringComparer.Ordinal);
            parts.Add(string.Join('+', attributes));
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
