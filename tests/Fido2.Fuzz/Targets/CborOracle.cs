using System.Formats.Cbor;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Fuzz.Targets;

/// <summary>Reads CBOR with the platform's reader and writes it anew with the soft authenticator's writer.</summary>
/// <remarks>Neither shares code with the engine: what the engine accepts must come out as the same bytes.</remarks>
internal static class CborOracle
{
    /// <summary>The items of <paramref name="encoded"/>, lengths and numbers as short as they can be.</summary>
    /// <param name="encoded">One item that the engine accepted.</param>
    /// <param name="isSorted">Whether maps are written in the order of CTAP 2.2 §8, or in the order they have.</param>
    internal static byte[] Rewrite(ReadOnlyMemory<byte> encoded, bool isSorted)
    {
        var reader = new CborReader(encoded, CborConformanceMode.Lax);
        var rewritten = Item(reader, isSorted);
        Invariant.Holds(reader.BytesRemaining == 0, "The platform's reader sees bytes after the item.");
        return rewritten;
    }

    private static byte[] Item(CborReader reader, bool isSorted)
    {
        switch (reader.PeekState())
        {
            case CborReaderState.UnsignedInteger:
                return Cbor.Head(0, reader.ReadUInt64());
            case CborReaderState.NegativeInteger:
                return Cbor.Head(1, reader.ReadCborNegativeIntegerRepresentation());
            case CborReaderState.ByteString:
                return Cbor.Bytes(reader.ReadByteString());
            case CborReaderState.TextString:
                return Cbor.Text(reader.ReadTextString());
            case CborReaderState.StartArray:
                return Array(reader, isSorted);
            case CborReaderState.StartMap:
                return Map(reader, isSorted);
            case CborReaderState.Boolean:
                return Cbor.Bool(reader.ReadBoolean());
            case CborReaderState.Null:
                reader.ReadNull();
                return [0xF6];
            case CborReaderState.SimpleValue:
                Invariant.Holds(reader.ReadSimpleValue() == CborSimpleValue.Undefined, "A simple value that nobody assigned is accepted.");
                return [0xF7];
            default:
                // Numbers with a point have no shorter form here; of tags and indefinite lengths none may be accepted.
                Invariant.Holds(
                    reader.PeekState() is CborReaderState.HalfPrecisionFloat or CborReaderState.SinglePrecisionFloat or CborReaderState.DoublePrecisionFloat,
                    "An item that is none of CTAP's is accepted.");
                return reader.ReadEncodedValue().ToArray();
        }
    }

    private static byte[] Array(CborReader reader, bool isSorted)
    {
        var items = new byte[ReadCount(reader.ReadStartArray())][];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = Item(reader, isSorted);
        }

        reader.ReadEndArray();
        return Cbor.Array(items);
    }

    private static byte[] Map(CborReader reader, bool isSorted)
    {
        var members = new (byte[] Key, byte[] Value)[ReadCount(reader.ReadStartMap())];
        for (var i = 0; i < members.Length; i++)
        {
            members[i] = (Item(reader, isSorted), Item(reader, isSorted));
        }

        reader.ReadEndMap();
        if (isSorted)
        {
            System.Array.Sort(members, static (one, other) => CompareKeys(one.Key, other.Key));
        }

        Invariant.Holds(members.Select(member => Convert.ToHexString(member.Key)).Distinct().Count() == members.Length, "A map with a key twice is accepted.");
        return Cbor.Map(members);
    }

    private static int ReadCount(int? count)
    {
        Invariant.Holds(count is not null, "An indefinite length is accepted.");
        return count!.Value;
    }

    private static int CompareKeys(byte[] one, byte[] other)
    {
        var byType = (one[0] >> 5).CompareTo(other[0] >> 5);
        var byLength = byType != 0 ? byType : one.Length.CompareTo(other.Length);
        return byLength != 0 ? byLength : one.AsSpan().SequenceCompareTo(other);
    }
}
