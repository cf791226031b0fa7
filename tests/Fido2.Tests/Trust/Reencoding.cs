using System.Formats.Asn1;
using System.Globalization;
using System.Numerics;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests.Trust;

/// <summary>What whoever holds a certificate can do to it without the issuer's key.</summary>
internal static class Reencoding
{
    private static readonly BigInteger N = BigInteger.Parse("0ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>The certificate, which a key of P-256 signed, with (r, n - s) in place of (r, s).</summary>
    internal static byte[] WithTheOtherS(this byte[] certificate)
    {
        var outer = new AsnReader(certificate, AsnEncodingRules.DER).ReadSequence();
        var (body, algorithm) = (outer.ReadEncodedValue().ToArray(), outer.ReadEncodedValue().ToArray());
        var signature = new AsnReader(outer.ReadBitString(out _), AsnEncodingRules.DER).ReadSequence();
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(signature.ReadInteger());
            writer.WriteInteger(N - signature.ReadInteger());
        }

        var bits = new AsnWriter(AsnEncodingRules.DER);
        bits.WriteBitString(writer.Encode());
        return Der.Sequence(body, algorithm, bits.Encode());
    }
}
