using System.Buffers.Binary;
using System.Text.Unicode;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Data;

internal enum CborType
{
    Unsigned = 0,
    Negative = 1,
    Bytes = 2,
    Text = 3,
    Array = 4,
    Map = 5,
    Tag = 6,
    Simple = 7,
}

/// <summary>Reads the CBOR that WebAuthn allows: definite lengths, shortest integers, no tags (CTAP 2.2 §8, RFC 8949).</summary>
/// <remarks>
/// SECURITY: nothing is allocated by a length that the sender declares, and nesting is bounded. <see cref="Skip"/> checks
/// one whole item; a caller skips first and reads the members afterwards, so that what it reads is known to be well-formed.
/// </remarks>
internal ref struct CborReader
{
    /// <summary>CTAP allows four levels; nested statements need a few more.</summary>
    private const int DeepestNesting = 8;

    /// <summary>Bounds the search for duplicates where keys need not be sorted.</summary>
    private const int MostUnsortedMembers = 64;

    private readonly ReadOnlySpan<byte> _data;
    private readonly WebAuthnError _error;
    private readonly bool _canonical;
    private int _position;

    /// <param name="data">The bytes.</param>
    /// <param name="error">What to refuse with.</param>
    /// <param name="canonical">Whether map keys must be sorted as CTAP2 sorts them.</param>
    internal CborReader(ReadOnlySpan<byte> data, WebAuthnError error, bool canonical)
    {
        _data = data;
        _error = error;
        _canonical = canonical;
    }

    internal readonly int Position => _position;

    internal readonly bool IsAtEnd => _position == _data.Length;

    internal readonly CborType Peek()
    {
        Require(_position < _data.Length, _error, "CBOR ends too early.");
        return (CborType)(_data[_position] >> 5);
    }

    internal bool TryReadInteger(out long value)
    {
        value = 0;
        if (Peek() is not (CborType.Unsigned or CborType.Negative))
        {
            return false;
        }

        var (type, argument) = ReadHead();
        Require(argument <= long.MaxValue, _error, "A CBOR integer is too large.");
        value = type == CborType.Unsigned ? (long)argument : -1 - (long)argument;
        return true;
    }

    internal bool TryReadBytes(out ReadOnlySpan<byte> value) => TryReadString(CborType.Bytes, out value);

    internal bool TryReadText(out ReadOnlySpan<byte> utf8) => TryReadString(CborType.Text, out utf8);

    internal bool TryReadArray(out int count) => TryReadContainer(CborType.Array, out count);

    internal bool TryReadMap(out int count) => TryReadContainer(CborType.Map, out count);

    /// <summary>Checks one item with all that it holds, and returns its encoding.</summary>
    internal ReadOnlySpan<byte> Skip()
    {
        var start = _position;
        SkipItem(0);
        return _data[start.._position];
    }

    private void SkipItem(int depth)
    {
        Require(depth < DeepestNesting, _error, "CBOR is nested too deeply.");
        var (type, argument) = ReadHead();
        switch (type)
        {
            case CborType.Bytes:
                Take(argument);
                break;
            case CborType.Text:
                Require(Utf8.IsValid(Take(argument)), _error, "CBOR text is not UTF-8.");
                break;
            case CborType.Array:
                CheckCount(argument, 1);
                for (var i = 0; i < (int)argument; i++)
                {
                    SkipItem(depth + 1);
                }

                break;
            case CborType.Map:
                CheckCount(argument, 2);
                SkipMembers((int)argument, depth + 1);
                break;
            case CborType.Tag:
                throw new WebAuthnException(_error, "CBOR has a tag.");
            default:
                break;
        }
    }

    private void SkipMembers(int count, int depth)
    {
        Require(_canonical || count <= MostUnsortedMembers, _error, "A CBOR map has too many members.");
        Span<int> starts = stackalloc int[MostUnsortedMembers];
        Span<int> ends = stackalloc int[MostUnsortedMembers];
        var previous = ReadOnlySpan<byte>.Empty;
        for (var i = 0; i < count; i++)
        {
            var start = _position;
            SkipItem(depth);
            var key = _data[start.._position];
            if (_canonical)
            {
                // Sorted strictly: a duplicate is out of order too.
                Require(i == 0 || ComesBefore(previous, key), _error, "CBOR map keys are not in canonical order.");
                previous = key;
            }
            else
            {
                for (var j = 0; j < i; j++)
                {
                    Require(!key.SequenceEqual(_data[starts[j]..ends[j]]), _error, "A CBOR map has a key twice.");
                }

                (starts[i], ends[i]) = (start, _position);
            }

            SkipItem(depth);
        }
    }

    /// <summary>CTAP 2.2 §8: lower major type first, then shorter, then lower byte by byte.</summary>
    private static bool ComesBefore(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var (firstType, secondType) = (first[0] >> 5, second[0] >> 5);
        if (firstType != secondType)
        {
            return firstType < secondType;
        }

        return first.Length != second.Length ? first.Length < second.Length : first.SequenceCompareTo(second) < 0;
    }

    private bool TryReadString(CborType wanted, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (Peek() != wanted)
        {
            return false;
        }

        value = Take(ReadHead().Argument);
        return true;
    }

    private bool TryReadContainer(CborType wanted, out int count)
    {
        count = 0;
        if (Peek() != wanted)
        {
            return false;
        }

        var argument = ReadHead().Argument;
        CheckCount(argument, wanted == CborType.Map ? 2 : 1);
        count = (int)argument;
        return true;
    }

    private (CborType Type, ulong Argument) ReadHead()
    {
        Require(_position < _data.Length, _error, "CBOR ends too early.");
        var initial = _data[_position++];
        var type = (CborType)(initial >> 5);
        var information = initial & 0x1F;
        if (information < 24)
        {
            // false, true, null and undefined are the simple values anybody assigned.
            Require(type != CborType.Simple || information is >= 20 and <= 23, _error, "CBOR has an unassigned simple value.");
            return (type, (ulong)information);
        }

        Require(information <= 27, _error, "CBOR has an indefinite or reserved length.");
        var length = 1 << (information - 24);
        Require(_data.Length - _position >= length, _error, "CBOR ends too early.");
        var bytes = _data.Slice(_position, length);
        _position += length;
        var argument = length switch
        {
            1 => bytes[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(bytes),
            4 => BinaryPrimitives.ReadUInt32BigEndian(bytes),
            _ => BinaryPrimitives.ReadUInt64BigEndian(bytes),
        };

        // A floating-point number has no shorter form (CTAP 2.2 §8); a simple value of two bytes is never assigned.
        var isShortest = type == CborType.Simple
            ? length > 1
            : argument > length switch { 1 => 23UL, 2 => byte.MaxValue, 4 => ushort.MaxValue, _ => uint.MaxValue };
        Require(isShortest, _error, "A CBOR number is not in its shortest form.");
        return (type, argument);
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        Require(length <= (ulong)(_data.Length - _position), _error, "CBOR ends too early.");
        var taken = _data.Slice(_position, (int)length);
        _position += (int)length;
        return taken;
    }

    /// <summary>Every item takes a byte at least, so more items than bytes cannot be there.</summary>
    private readonly void CheckCount(ulong count, int bytesEach)
        => Require(count <= (ulong)(_data.Length - _position) / (ulong)bytesEach, _error, "CBOR ends too early.");
}
