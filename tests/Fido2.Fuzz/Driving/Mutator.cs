using System.Buffers.Binary;

namespace Moi.Identity.Fido2.Fuzz.Driving;

/// <summary>Changes an input in one or several places.</summary>
internal sealed class Mutator(SplitMix64 random, IReadOnlyList<byte[]> words, int longest)
{
    private const int MostChanges = 8;
    private const int LongestBlock = 64;

    private static readonly byte[] Bytes = [0, 1, 2, 3, 4, 0x10, 0x17, 0x18, 0x19, 0x1A, 0x1B, 0x1F, 0x20, 0x30, 0x31, 0x3F, 0x40, 0x5F, 0x60, 0x7F, 0x80, 0x81, 0x82, 0xA0, 0xBF, 0xC0, 0xE0, 0xF4, 0xF6, 0xF7, 0xFE, 0xFF];
    private static readonly ulong[] Numbers = [0, 1, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x100000000, long.MaxValue, 1UL << 63, ulong.MaxValue];

    /// <summary>A changed copy, never longer than the limit.</summary>
    /// <param name="input">What is changed.</param>
    /// <param name="other">Another input, of which a piece may be put in.</param>
    internal byte[] Change(byte[] input, byte[] other)
    {
        if (random.OneIn(4) && DerTree.TryChange(input, other, words, random) is { } changedTree)
        {
            return Cut(changedTree);
        }

        var changed = new List<byte>(input);
        var count = 1 + random.Below(random.OneIn(2) ? 2 : MostChanges);
        for (var i = 0; i < count; i++)
        {
            ChangeOnce(changed, other);
        }

        return Cut([.. changed]);
    }

    private byte[] Cut(byte[] input) => input.Length <= longest ? input : input[..longest];

    private void ChangeOnce(List<byte> input, byte[] other)
    {
        var at = random.Below(input.Count + 1);
        var isInside = at < input.Count;
        switch (random.Below(14))
        {
            case 0 when isInside:
                input[at] ^= (byte)(1 << random.Below(8));
                break;
            case 1 when isInside:
                input[at] = (byte)random.Next();
                break;
            case 2 or 3 when isInside:
                input[at] = random.Any(Bytes);
                break;
            case 4 when isInside:
                input[at] += (byte)(random.Below(33) - 16);
                break;
            case 5:
                Put(input, at, Number(), isInserted: random.OneIn(4));
                break;
            case 6 when isInside:
                input.RemoveRange(at, Math.Min(1 + random.Below(random.OneIn(4) ? LongestBlock : 4), input.Count - at));
                break;
            case 7 when isInside:
                Put(input, random.Below(input.Count + 1), [.. input.GetRange(at, Math.Min(1 + random.Below(LongestBlock), input.Count - at))], isInserted: random.OneIn(2));
                break;
            case 8:
                Put(input, at, [.. Enumerable.Repeat(random.Any(Bytes), 1 + random.Below(random.OneIn(4) ? LongestBlock : 4))], isInserted: random.OneIn(2));
                break;
            case 9 or 10 when words.Count > 0:
                Put(input, at, random.Any(words), isInserted: random.OneIn(2));
                break;
            case 11 when other.Length > 0:
                var start = random.Below(other.Length);
                Put(input, at, other[start..Math.Min(other.Length, start + 1 + random.Below(LongestBlock))], isInserted: random.OneIn(2));
                break;
            case 12 when isInside:
                Grow(input, at);
                break;
            default:
                input.Insert(at, (byte)random.Next());
                break;
        }
    }

    /// <summary>Takes a byte for a length: puts in, or takes out, as many bytes after it as it is made larger or smaller.</summary>
    private void Grow(List<byte> input, int at)
    {
        var by = 1 + random.Below(4);
        if (random.OneIn(2))
        {
            input[at] += (byte)by;
            input.InsertRange(at + 1, Enumerable.Repeat(random.Any(Bytes), by));
        }
        else
        {
            input[at] -= (byte)by;
            input.RemoveRange(at + 1, Math.Min(by, input.Count - at - 1));
        }
    }

    private byte[] Number()
    {
        var number = random.Any(Numbers) + (ulong)random.Below(3) - 1;
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
        return bytes[(8 - (1 << random.Below(4)))..];
    }

    private static void Put(List<byte> input, int at, byte[] piece, bool isInserted)
    {
        if (isInserted)
        {
            input.InsertRange(at, piece);
            return;
        }

        for (var i = 0; i < piece.Length && at + i < input.Count; i++)
        {
            input[at + i] = piece[i];
        }
    }
}
