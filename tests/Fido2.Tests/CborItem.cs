using System.Buffers.Binary;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests;

/// <summary>One item of an encoding, wherever it stands: its head, and what belongs to it.</summary>
internal sealed record CborItem(byte[] Encoding, int Start, int MajorType, ulong Argument, int Content, int End, IReadOnlyList<CborItem> Items)
{
    private const int Bytes = 2, Text = 3, Array = 4, Map = 5;

    /// <summary>The item and all inside it.</summary>
    internal IEnumerable<CborItem> All => Items.SelectMany(item => item.All).Prepend(this);

    /// <summary>The content of a byte string.</summary>
    internal byte[] Value => Encoding[Content..End];

    /// <summary>Reads a well-formed encoding of definite lengths, without tags or floating-point numbers.</summary>
    internal static CborItem Read(byte[] encoding, int start = 0)
    {
        var information = encoding[start] & 0x1F;
        var argument = information switch
        {
            < 24 => (ulong)information,
            24 => encoding[start + 1],
            25 => BinaryPrimitives.ReadUInt16BigEndian(encoding.AsSpan(start + 1)),
            _ => BinaryPrimitives.ReadUInt32BigEndian(encoding.AsSpan(start + 1)),
        };
        var type = encoding[start] >> 5;
        var content = start + (information < 24 ? 1 : 1 + (1 << (information - 24)));
        var end = type is Bytes or Text ? content + (int)argument : content;
        var items = new List<CborItem>();
        for (var i = 0; i < (type switch { Array => (int)argument, Map => 2 * (int)argument, _ => 0 }); i++)
        {
            items.Add(Read(encoding, end));
            end = items[^1].End;
        }

        return new CborItem(encoding, start, type, argument, content, end, items);
    }

    /// <summary>The whole encoding with this item made not canonical (CTAP 2.2 §8), in every way that leaves it well-formed.</summary>
    /// <param name="isSorted">Whether the order of keys is demanded too.</param>
    internal IEnumerable<(string What, byte[] Encoding)> NotCanonical(bool isSorted)
    {
        // 24 to 27: an argument of one, two, four and eight bytes.
        for (var information = 24; information <= 27; information++)
        {
            var length = 1 << (information - 24);
            if (1 + length > Content - Start)
            {
                var wide = new byte[8];
                BinaryPrimitives.WriteUInt64BigEndian(wide, Argument);
                yield return ($"{length} bytes of argument", With([(byte)((MajorType << 5) | information), .. wide[^length..], .. Value]));
            }
        }

        foreach (var tag in new byte[][] { [0xC2], [0xD8, 24], [0xD9, 0xD9, 0xF7] })
        {
            yield return ($"tag {Convert.ToHexString(tag)}", With([.. tag, .. Encoding[Start..End]]));
        }

        if (MajorType is Bytes or Text)
        {
            yield return ("indefinite, one piece", With([(byte)((MajorType << 5) | 31), .. Encoding[Start..End], 0xFF]));
            yield return ("indefinite, no piece", With([(byte)((MajorType << 5) | 31), 0xFF]));
        }

        if (MajorType is Array or Map)
        {
            yield return ("indefinite", With([(byte)((MajorType << 5) | 31), .. Value, 0xFF]));
        }

        for (var i = 0; MajorType == Map && i < Items.Count; i += 2)
        {
            var member = Encoding[Items[i].Start..Items[i + 1].End];
            yield return ("a key twice, at the end", With([.. Cbor.Head(Map, Argument + 1), .. Value, .. member]));
            yield return ("a key twice, side by side", With([.. Cbor.Head(Map, Argument + 1), .. Encoding[Content..Items[i].Start], .. member, .. Encoding[Items[i].Start..End]]));
            if (isSorted && i > 0)
            {
                yield return ("two members in the other order", With(
                    [.. Encoding[Start..Items[i - 2].Start], .. member, .. Encoding[Items[i - 2].Start..Items[i].Start], .. Encoding[Items[i + 1].End..End]]));
            }
        }
    }

    private byte[] With(byte[] item) => [.. Encoding[..Start], .. item, .. Encoding[End..]];
}
