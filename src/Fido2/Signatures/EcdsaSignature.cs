using System.Formats.Asn1;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Signatures;

/// <summary>"the sig value MUST be encoded as an ASN.1 DER Ecdsa-Sig-Value" (WebAuthn Level 3 §6.5.5).</summary>
/// <remarks>
/// Read here and not by the platform, whose reader takes a negative INTEGER for a positive one. Both values of s are
/// accepted: WebAuthn does not ask for the lower.
/// </remarks>
internal static class EcdsaSignature
{
    private const byte Sequence = 0x30;
    private const byte Integer = 0x02;

    /// <summary>Writes r and s, both in [1, n-1], one after the other at full length (IEEE P1363), or refuses.</summary>
    internal static void ToFixedLength(ReadOnlySpan<byte> der, EllipticCurve curve, Span<byte> rs)
    {
        var content = ReadValue(ref der, Sequence);
        Refuse(der.IsEmpty);
        ReadInteger(ref content, curve, rs[..curve.Length]);
        ReadInteger(ref content, curve, rs[curve.Length..]);
        Refuse(content.IsEmpty);
    }

    /// <summary>The same signature without zero bytes that are not needed before r and s; nothing else is mended.</summary>
    internal static byte[] WithoutPadding(ReadOnlySpan<byte> encoded)
    {
        var content = ReadValue(ref encoded, Sequence);
        Refuse(encoded.IsEmpty);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            for (var i = 0; i < 2; i++)
            {
                var value = ReadValue(ref content, Integer);
                Refuse(!value.IsEmpty && value[0] < 0x80); // A negative number is no r or s, and the writer throws at some.
                while (value.Length > 1 && value[0] == 0 && value[1] < 0x80)
                {
                    value = value[1..];
                }

                writer.WriteInteger(value);
            }
        }

        Refuse(content.IsEmpty);
        return writer.Encode();
    }

    private static void ReadInteger(ref ReadOnlySpan<byte> content, EllipticCurve curve, Span<byte> target)
    {
        var value = ReadValue(ref content, Integer);
        Refuse(!value.IsEmpty && value[0] < 0x80);
        if (value[0] == 0 && value.Length > 1)
        {
            // A leading zero is there only to keep the number positive.
            Refuse(value[1] >= 0x80);
            value = value[1..];
        }

        Refuse(value.Length <= target.Length);
        target.Clear();
        value.CopyTo(target[(target.Length - value.Length)..]);
        Require(curve.IsScalar(target), WebAuthnError.SignatureInvalid, "r or s is out of range.");
    }

    private static ReadOnlySpan<byte> ReadValue(ref ReadOnlySpan<byte> der, byte tag)
    {
        Refuse(der.Length >= 2 && der[0] == tag);
        int length = der[1];
        var head = 2;
        if (length == 0x81)
        {
            // P-521 signatures are the only ones that need a second length byte.
            Refuse(der.Length >= 3 && der[2] >= 0x80);
            length = der[2];
            head = 3;
        }
        else
        {
            Refuse(length < 0x80);
        }

        Refuse(der.Length - head >= length);
        var value = der.Slice(head, length);
        der = der[(head + length)..];
        return value;
    }

    private static void Refuse(bool unless) => Require(unless, WebAuthnError.SignatureEncoding, "Not a DER Ecdsa-Sig-Value.");
}
