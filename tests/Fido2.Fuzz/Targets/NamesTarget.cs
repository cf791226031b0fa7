using System.Formats.Asn1;
using Moi.Identity.Fido2.Certificates;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Fuzz.Targets;

/// <summary>Two names, the first with its length in two bytes before it.</summary>
internal sealed class NamesTarget : FuzzTarget
{
    internal override string Name => "distinguished-name";

    internal override IReadOnlyList<Type> Parsers => [typeof(DistinguishedName)];

    internal override IReadOnlyList<byte[]> Words => DerWords.Certificates;

    internal override bool Run(byte[] input)
    {
        if (input.Length < 2)
        {
            return false;
        }

        var rest = input.AsMemory(2);
        var length = Math.Min((input[0] << 8) | input[1], rest.Length);
        DistinguishedName.IsEmpty(rest.Span);
        return RunNames(rest[..length], rest[length..]);
    }

    private static bool RunNames(ReadOnlyMemory<byte> left, ReadOnlyMemory<byte> right)
    {
        var areEqual = DistinguishedName.AreEqual(left, right);
        Invariant.Holds(areEqual == DistinguishedName.AreEqual(right, left), "One name equals the other, and not the other way round.");
        Invariant.Holds(DistinguishedName.AreEqual(left, left.ToArray()), "A name does not equal itself.");
        if (areEqual && !left.Span.SequenceEqual(right.Span))
        {
            Invariant.Holds(Shape(left).SequenceEqual(Shape(right)), "Names with other attributes are equal.");
        }

        return areEqual;
    }

    /// <summary>The attribute types of each relative name, sorted, and how many values each has.</summary>
    private static List<string> Shape(ReadOnlyMemory<byte> name)
    {
        var found = new List<string>();
        var names = new AsnReader(name, AsnEncodingRules.DER).ReadSequence();
        while (names.HasData)
        {
            var set = names.ReadSetOf(skipSortOrderValidation: true);
            var attributes = new List<string>();
            while (set.HasData)
            {
                var attribute = set.ReadSequence();
                var type = attribute.ReadObjectIdentifier();
                for (; attribute.HasData; attribute.ReadEncodedValue())
                {
                    type += "*";
                }

                attributes.Add(type);
            }

            found.Add(string.Join(' ', attributes.Order(StringComparer.Ordinal)));
        }

        return found;
    }

    internal override IEnumerable<(string Name, byte[] Input)> MakeSeeds()
    {
        var (utf8, capitals) = (OneName("2.5.4.3", Der.Utf8("Soft  root")), OneName("2.5.4.3", Der.Utf8("SOFT ROOT")));
        yield return ("names-equal", Two(utf8, capitals));
        yield return ("names-other", Two(utf8, OneName("2.5.4.10", Der.Utf8("Soft root"))));
        yield return ("names-set", Two(
            Der.Sequence(Der.Set(Attribute("2.5.4.3", Der.Utf8("a")), Attribute("2.5.4.10", [0x1E, 0x02, 0x00, 0x62]))),
            Der.Sequence(Der.Set(Attribute("2.5.4.10", Der.Utf8("B")), Attribute("2.5.4.3", [0x13, 0x01, 0x41])))));
        yield return ("names-long", Two(LongName("2.5.4.3"), LongName("2.5.4.10")));
        yield return ("names-joined", Two(
            Der.Sequence(Der.Set(Attribute("2.5.4.10", Der.Utf8("b")), Attribute("2.5.4.3", Der.Utf8("a")))),
            OneName("2.5.4.10", Der.Utf8("b+2.5.4.3=\"a"))));
        yield return ("names-followed", Two(OneName("2.5.4.3", [.. Der.Utf8("a"), .. Der.Utf8("b")]), OneName("2.5.4.3", Der.Utf8("a"))));
        yield return ("names-binary", Two(OneName("2.5.4.45", [0x03, 0x02, 0x00, 0x01]), OneName("2.5.4.45", [0x03, 0x02, 0x00, 0x02])));
    }

    private static byte[] Attribute(string oid, byte[] value) => Der.Sequence(Der.Oid(oid), value);

    private static byte[] OneName(string oid, byte[] value) => Der.Sequence(Der.Set(Attribute(oid, value)));

    /// <summary>Seventy attributes, and one more.</summary>
    private static byte[] LongName(string last)
        => Der.Sequence([.. Enumerable.Repeat(Der.Set(Attribute("2.5.4.11", Der.Utf8("a"))), 70), Der.Set(Attribute(last, Der.Utf8("a")))]);

    private static byte[] Two(byte[] left, byte[] right) => [(byte)(left.Length >> 8), (byte)left.Length, .. left, .. right];
}
