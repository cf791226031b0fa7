using System.Formats.Asn1;
using System.Security.Cryptography;
using Moi.Identity.Fido2.Attestation;
using Moi.Identity.Fido2.Data;
using Moi.Identity.Fido2.Signatures;

namespace Moi.Identity.Fido2.Certificates;

/// <summary>The key of a certificate that signs other things: certificates, revocation lists, metadata.</summary>
/// <remarks>The rules for keys are those of credentials; what differs is that the hash is free: COSE ties it to the curve,
/// X.509 does not.</remarks>
internal sealed class CertifiedKey
{
    private static readonly (CoseAlgorithm Algorithm, EllipticCurve Curve)[] Curves =
        [(CoseAlgorithm.ES256, EllipticCurve.P256), (CoseAlgorithm.ES384, EllipticCurve.P384), (CoseAlgorithm.ES512, EllipticCurve.P521)];

    private CertifiedKey(CoseKey key, EllipticCurve? curve) => (Key, Curve) = (key, curve);

    /// <summary>The curve of an EC key; null for other kinds.</summary>
    internal EllipticCurve? Curve { get; }

    internal bool IsRsa => Key.KeyType == CoseKey.Rsa;

    internal bool IsEd25519 => Key.KeyType == CoseKey.Okp;

    private CoseKey Key { get; }

    /// <summary>The key of a SubjectPublicKeyInfo; null if it is of no supported kind or breaks a rule for keys.</summary>
    internal static CertifiedKey? Read(ReadOnlyMemory<byte> publicKeyInfo)
    {
        try
        {
            foreach (var (algorithm, curve) in Curves)
            {
                if (SubjectPublicKey.ToCose(publicKeyInfo, (long)algorithm) is { First: not null, Second: not null } ec)
                {
                    return curve.Contains(ec.First, ec.Second) ? new CertifiedKey(ec, curve) : null;
                }
            }

            if (SubjectPublicKey.ToCose(publicKeyInfo, (long)CoseAlgorithm.RS256) is { First: not null, Second: not null } rsa)
            {
                return RsaKey.IsUsable(rsa.First, rsa.Second) ? new CertifiedKey(rsa, null) : null;
            }

            return SubjectPublicKey.ToCose(publicKeyInfo, (long)CoseAlgorithm.EdDSA) is { First: not null } okp && Ed25519Point.IsUsable(okp.First)
                ? new CertifiedKey(okp, null)
                : null;
        }
        catch (Exception exception) when (exception is WebAuthnException or AsnContentException)
        {
            return null;
        }
    }

    /// <summary>ECDSA, the signature as two numbers of full length; false too for a key of another kind.</summary>
    internal bool VerifyEcdsa(ReadOnlySpan<byte> data, ReadOnlySpan<byte> rs, HashAlgorithmName hash)
    {
        if (Curve is null || rs.Length != 2 * Curve.Length || !Curve.IsScalar(rs[..Curve.Length]) || !Curve.IsScalar(rs[Curve.Length..]))
        {
            return false;
        }

        using var key = ECDsa.Create(new ECParameters { Curve = Curve.Named, Q = new ECPoint { X = Key.First, Y = Key.Second } });
        return key.VerifyData(data, rs, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    /// <summary>RSA; false too for a key of another kind.</summary>
    internal bool VerifyRsa(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, HashAlgorithmName hash, RSASignaturePadding padding)
    {
        if (!IsRsa || signature.Length != Key.First!.Length)
        {
            return false;
        }

        using var key = RSA.Create(new RSAParameters { Modulus = Key.First, Exponent = Key.Second });
        return key.VerifyData(data, signature, hash, padding);
    }

    /// <summary>Ed25519; false too for a key of another kind.</summary>
    internal bool VerifyEd25519(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        try
        {
            if (IsEd25519)
            {
                new Ed25519Key(CoseAlgorithm.EdDSA, Key.First!).Verify(data, signature);
                return true;
            }
        }
        catch (WebAuthnException)
        {
            // Below.
        }

        return false;
    }
}
