using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using Moi.Identity.Fido2.Signatures;

namespace Moi.Identity.Fido2.Fuzz.Targets;

/// <summary>The first byte of an input chooses the curve; the signature in DER follows.</summary>
internal sealed class EcdsaSignatureTarget : FuzzTarget
{
    private static readonly EllipticCurve[] Curves = [EllipticCurve.P256, EllipticCurve.P384, EllipticCurve.P521, EllipticCurve.Secp256k1];

    /// <summary>n of each curve; SP 800-186 §3.2.1, SEC 2 §2.4.1.</summary>
    private static readonly BigInteger[] Orders =
    [
        Number("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"),
        Number("ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973"),
        Number("01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409"),
        Number("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"),
    ];

    internal override string Name => "ecdsa-signature";

    internal override IReadOnlyList<Type> Parsers => [typeof(EcdsaSignature)];

    internal override int LongestInput => 300;

    internal override bool Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return false;
        }

        var (curve, order) = (Curves[input[0] % 4], Orders[input[0] % 4]);
        var der = input[1..];
        var isAccepted = true;
        var fixedLength = new byte[2 * curve.Length];
        try
        {
            EcdsaSignature.ToFixedLength(der, curve, fixedLength);
        }
        catch (WebAuthnException refusal)
        {
            Invariant.Holds(refusal.Error is WebAuthnError.SignatureEncoding or WebAuthnError.SignatureInvalid, "A signature is refused with a code that is not about it.");
            isAccepted = false;
        }

        // The platform's reader, which is as strict about DER, decides the same, if the numbers' range is looked at.
        var expected = Read(der, order, curve.Length);
        Invariant.Holds(isAccepted == expected is not null, isAccepted ? "A signature is accepted that is none." : "A signature is refused that is one.");
        if (expected is not null)
        {
            Invariant.Same(fixedLength, expected, "r and s are not those that were sent.");
        }

        return isAccepted;
    }

    private static byte[]? Read(byte[] der, BigInteger order, int length)
    {
        try
        {
            var outer = new AsnReader(der, AsnEncodingRules.DER);
            var pair = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            var (r, s) = (pair.ReadInteger(), pair.ReadInteger());
            pair.ThrowIfNotEmpty();
            return r.Sign > 0 && s.Sign > 0 && r < order && s < order ? [.. Padded(r, length), .. Padded(s, length)] : null;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    private static byte[] Padded(BigInteger number, int length)
    {
        var bytes = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[length - bytes.Length], .. bytes];
    }

    private static BigInteger Number(string hex) => new(Convert.FromHexString(hex), isUnsigned: true, isBigEndian: true);

    internal override IEnumerable<(string Name, byte[] Input)> MakeSeeds()
    {
        for (var i = 0; i < Curves.Length; i++)
        {
            using var key = ECDsa.Create(Curves[i].Named);
            yield return ($"curve{i}", [(byte)i, .. key.SignData([1, 2, 3], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)]);
            yield return ($"order{i}", [(byte)i, .. Pair(Orders[i], BigInteger.One)]);
            yield return ($"below-order{i}", [(byte)i, .. Pair(Orders[i] - 1, Orders[i] - 1)]);
        }

        yield return ("small", [0, .. Pair(1, 128)]);
        yield return ("zero", [0, .. Pair(0, 1)]);
        yield return ("negative", [0, .. Pair(-1, 1)]);
    }

    private static byte[] Pair(BigInteger r, BigInteger s)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(r);
            writer.WriteInteger(s);
        }

        return writer.Encode();
    }
}
