using System.Security.Cryptography;
using Moi.Identity.Fido2.Data;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Signatures;

/// <summary>A public key that was checked and imported. Thread-safe.</summary>
internal abstract class VerificationKey
{
    internal abstract CoseAlgorithm Algorithm { get; }

    /// <summary>Refuses unless the signature is well encoded and verifies.</summary>
    internal abstract void Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature);

    /// <summary>Checks every rule of §5.8.5 and §6.5.1 and imports the key, or refuses.</summary>
    internal static VerificationKey Create(CoseKey key)
    {
        try
        {
            return (CoseAlgorithm)key.Algorithm switch
            {
                CoseAlgorithm.ES256 => Ec(key, CoseAlgorithm.ES256, EllipticCurve.P256, 1, HashAlgorithmName.SHA256),
                CoseAlgorithm.ES384 => Ec(key, CoseAlgorithm.ES384, EllipticCurve.P384, 2, HashAlgorithmName.SHA384),
                CoseAlgorithm.ES512 => Ec(key, CoseAlgorithm.ES512, EllipticCurve.P521, 3, HashAlgorithmName.SHA512),
                CoseAlgorithm.EdDSA => Okp(key),
                CoseAlgorithm.RS256 => Rsa(key, CoseAlgorithm.RS256, RSASignaturePadding.Pkcs1),
                CoseAlgorithm.PS256 => Rsa(key, CoseAlgorithm.PS256, RSASignaturePadding.Pss),
                _ => throw new WebAuthnException(WebAuthnError.KeyAlgorithmUnsupported),
            };
        }
        catch (CryptographicException)
        {
            // What the checks below let through and the platform does not take.
            throw new WebAuthnException(WebAuthnError.KeyPoint, "The platform refused the key.");
        }
    }

    private static EcdsaKey Ec(CoseKey key, CoseAlgorithm algorithm, EllipticCurve curve, int curveNumber, HashAlgorithmName hash)
    {
        Require(key.KeyType == CoseKey.Ec2, WebAuthnError.KeyType);
        Require(key is { Curve: not null, First: not null, Second: not null }, WebAuthnError.KeyMembers, "An EC2 key has crv, x and y.");
        Require(key.Curve == curveNumber, WebAuthnError.KeyCurve);
        Require(curve.Contains(key.First, key.Second), WebAuthnError.KeyPoint);
        return new EcdsaKey(algorithm, curve, key.First, key.Second, hash);
    }

    private static Ed25519Key Okp(CoseKey key)
    {
        const int Ed25519 = 6;
        Require(key.KeyType == CoseKey.Okp, WebAuthnError.KeyType);
        Require(key is { Curve: not null, First: not null, Second: null }, WebAuthnError.KeyMembers, "An OKP key has crv and x.");
        Require(key.Curve == Ed25519, WebAuthnError.KeyCurve);
        Require(Ed25519Point.IsUsable(key.First), WebAuthnError.KeyPoint);
        return new Ed25519Key(key.First);
    }

    private static RsaKey Rsa(CoseKey key, CoseAlgorithm algorithm, RSASignaturePadding padding)
    {
        Require(key.KeyType == CoseKey.Rsa, WebAuthnError.KeyType);
        Require(key is { Curve: null, First: not null, Second: not null }, WebAuthnError.KeyMembers, "An RSA key has n and e.");
        Require(RsaKey.IsUsable(key.First, key.Second), WebAuthnError.KeyRsa);
        return new RsaKey(algorithm, key.First, key.Second, padding);
    }
}
