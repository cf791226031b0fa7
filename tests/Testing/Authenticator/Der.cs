using System.Formats.Asn1;

namespace Moi.Identity.Testing;

/// <summary>Writes DER items one by one.</summary>
public static class Der
{
    /// <summary>A SEQUENCE of items.</summary>
    public static byte[] Sequence(params byte[][] items) => Item([0x30], items);

    /// <summary>A SET OF items, in the order given.</summary>
    public static byte[] Set(params byte[][] items) => Item([0x31], items);

    /// <summary>An explicitly tagged item.</summary>
    public static byte[] Tagged(int number, params byte[][] items)
        => Item(number < 31 ? [(byte)(0xA0 | number)] : [0xBF, .. number < 128 ? [(byte)number] : new[] { (byte)(0x80 | (number >> 7)), (byte)(number & 0x7F) }], items);

    /// <summary>An OCTET STRING.</summary>
    public static byte[] OctetString(byte[] value) => Item([0x04], value);

    /// <summary>An INTEGER.</summary>
    public static byte[] Number(long value) => Write(writer => writer.WriteInteger(value));

    /// <summary>An ENUMERATED value below 128.</summary>
    public static byte[] Enumerated(int value) => [0x0A, 1, (byte)value];

    /// <summary>An OBJECT IDENTIFIER.</summary>
    public static byte[] Oid(string value) => Write(writer => writer.WriteObjectIdentifier(value));

    /// <summary>A UTF8String.</summary>
    public static byte[] Utf8(string value) => Write(writer => writer.WriteCharacterString(UniversalTagNumber.UTF8String, value));

    private static byte[] Write(Action<AsnWriter> write)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        write(writer);
        return writer.Encode();
    }

    private static byte[] Item(byte[] tag, params byte[][] contents)
    {
        var content = contents.SelectMany(part => part).ToArray();
        byte[] length = content.Length switch
        {
            < 128 => [(byte)content.Length],
            < 256 => [0x81, (byte)content.Length],
            _ => [0x82, (byte)(content.Length >> 8), (byte)content.Length],
        };
        return [.. tag, .. length, .. content];
    }
}
