using System.Buffers.Binary;
using System.Reflection;

namespace Moi.Identity.Fido2.Fuzz.Driving;

/// <summary>Numbers that the code of a parser compares with: chance would take long to meet them.</summary>
internal static class CodeConstants
{
    private const BindingFlags Everything = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
    private const byte LoadShortConstant = 0x1F;
    private const byte LoadConstant = 0x20;
    private const byte LoadStaticField = 0x7E;
    private const byte StoreStaticField = 0x80;

    /// <summary>Each as a byte, or as two or four bytes, the highest first.</summary>
    internal static IReadOnlyList<byte[]> Of(IEnumerable<Type> types)
        => [.. types.SelectMany(Numbers).Distinct().Select(Encode)];

    private static IEnumerable<int> Numbers(Type type)
        => type.GetMethods(Everything).Cast<MethodBase>().Concat(type.GetConstructors(Everything))
            .SelectMany(method => Numbers(method.GetMethodBody()?.GetILAsByteArray() ?? []))
            .Concat(type.GetNestedTypes(Everything).SelectMany(Numbers));

    /// <summary>Looks at bytes, not at instructions: a few numbers are none, which does no harm.</summary>
    private static IEnumerable<int> Numbers(byte[] code)
    {
        const int Long = 1 + sizeof(int);
        for (var at = 0; at + 1 < code.Length; at++)
        {
            if (code[at] == LoadShortConstant)
            {
                yield return (sbyte)code[at + 1];
            }
            else if (code[at] == LoadConstant && at + Long < code.Length && !IsOfInstrumentation(code, at, Long))
            {
                yield return BitConverter.ToInt32(code, at + 1);
            }
        }
    }

    /// <summary>The numbers of branches stand between a read and a write of SharpFuzz's fields.</summary>
    private static bool IsOfInstrumentation(byte[] code, int at, int length)
        => (at >= length && code[at - length] == LoadStaticField) || code[at + length] == StoreStaticField;

    private static byte[] Encode(int number)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return number switch
        {
            >= sbyte.MinValue and <= byte.MaxValue => bytes[3..],
            >= short.MinValue and <= ushort.MaxValue => bytes[2..],
            _ => bytes,
        };
    }
}
