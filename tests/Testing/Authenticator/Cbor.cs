using System.Buffers.Binary;
using System.Text;

namespace Moi.Identity.Testing;

/// <summary>Writes CBOR items one by one, well-formed or not.</summary>
/// <remarks>Written apart from the engine's reader on purpose, so that a mistake in one is not repeated in the other.</remarks>
public static class Cbor
{
    /// <summary>Major type and argument in the shortest form; the start of every item.</summary>
    public static byte[] Head(int majorType, ulong argument)
    {
        var type = (byte)(majorType << 5);
        switch (argument)
        {
            case < 24:
                return [(byte)(type | (byte)argument)];
            case <= byte.MaxValue:
                return [(byte)(type | 24), (byte)argument];
            case <= ushort.MaxValue:
                {
                    var head = new byte[3];
                    head[0] = (byte)(type | 25);
                    BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(1), (ushort)argument);
                    return head;
                }

            case <= uint.MaxValue:
                {
                    var head = new byte[5];
                    head[0] = (byte)(type | 26);
                    BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(1), (uint)argument);
                    return head;
                }

            default:
                {
                    var head = new byte[9];
                    head[0] = (byte)(type | 27);
                    BinaryPrimitives.WriteUInt64BigEndian(head.AsSpan(1), argument);
                    return head;
                }
        }
    }

    /// <summary>An integer.</summary>
    public static byte[] Number(long value) => value >= 0 ? Head(0, (ulong)value) : Head(1, (ulong)(-1 - value));

    /// <summary>A byte string.</summary>
    public static byte[] Bytes(ReadOnlySpan<byte> value) => [.. Head(2, (ulong)value.Length), .. value];

    /// <summary>A text string.</summary>
    public static byte[] Text(string value)
    {
        var utf8 = Encoding.UTF8.GetBytes(value);
        return [.. Head(3, (ulong)utf8.Length), .. utf8];
    }

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public static byte[] Bool(bool value) => [(byte)(value ? 0xF5 : 0xF4)];

    /// <summary>An array of items.</summary>
    public static byte[] Array(params byte[][] items) => [.. Head(4, (ulong)items.Length), .. items.SelectMany(item => item)];

    /// <summary>A map of encoded keys and values, in the order given.</summary>
    public static byte[] Map(params (byte[] Key, byte[] Value)[] members)
        => [.. Head(5, (ulong)members.Length), .. members.SelectMany(member => member.Key.Concat(member.Value))];

    /// <summary>A map with integer labels, as COSE has them, in the order given.</summary>
    public static byte[] Map(params (long Label, byte[] Value)[] members)
        => Map([.. members.Select(member => (Number(member.Label), member.Value))]);

    /// <summary>A map with text names, in the order given.</summary>
    public static byte[] Map(params (string Name, byte[] Value)[] members)
        => Map([.. members.Select(member => (Text(member.Name), member.Value))]);
}
