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
            return AlgorithmTable.Identify(key.Algorithm) switch
            {
                CoseAlgorithm.EdDSA or CoseAlgorithm.Ed25519 => Ed25519(key),
                CoseAlgorithm.Ed448 => Ed448(key),
                _ when AlgorithmTable.Ecdsa(key.Algorithm) is { } ecdsa => Ec(key, ecdsa.Curve, ecdsa.Hash),
                _ when AlgorithmTable.Rsa(key.Algorithm) is { } rsa => Rsa(key, rsa.Hash, rsa.Padding),
                _ when AlgorithmTable.MLDsa(key.Algorithm) is { } set => MLDsa(key, set),
                _ => throw new WebAuthnException(WebAuthnError.KeyAlgorithmUnsupported),
            };
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            // What the checks below let through and the platform or Bouncy Castle does not take.
            throw new WebAuthnException(WebAuthnError.KeyPoint, "The platform refused the key.");
        }
    }

    private static EcdsaKey Ec(CoseKey key, EllipticCurve curve, HashAlgorithmName hash)
    {
        Require(key.KeyType == CoseKey.Ec2, WebAuthnError.KeyType);
        Require(key is { Curve: not null, First: not null, Second: not null }, WebAuthnError.KeyMembers, "An EC2 key has crv, x and y.");
        Require(key.Curve == curve.Number, WebAuthnError.KeyCurve);
        Require(curve.Contains(key.First, key.Second), WebAuthnError.KeyPoint);
        return new EcdsaKey((CoseAlgorithm)key.Algorithm, curve, key.First, key.Second, hash);
    }

    private static Ed25519Key Ed25519(CoseKey key)
    {
        CheckOkp(key, CoseKey.Ed25519);
        Require(Ed25519Point.IsUsable(key.First), WebAuthnError.KeyPoint);
        return new Ed25519Key((CoseAlgorithm)key.Algorithm, key.First!);
    }

    private static Ed448Key Ed448(CoseKey key)
    {
        CheckOkp(key, CoseKey.Ed448);
        Require(Ed448Point.IsUsable(key.First), WebAuthnError.KeyPoint);
        return new Ed448Key(key.First!);
    }

    private static void CheckOkp(CoseKey key, int curve)
    {
        Require(key.KeyType == CoseKey.Okp, WebAuthnError.KeyType);
        Require(key is { Curve: not null, First: not null, Second: null }, WebAuthnError.KeyMembers, "An OKP key has crv and x.");
        Require(key.Curve == curve, WebAuthnError.KeyCurve);
    }

    private static RsaKey Rsa(CoseKey key, HashAlgorithmName hash, RSASignaturePadding padding)
    {
        Require(key.KeyType == CoseKey.Rsa, WebAuthnError.KeyType);
        Require(key is { Curve: null, First: not null, Second: not null }, WebAuthnError.KeyMembers, "An RSA key has n and e.");
        Require(RsaKey.IsUsable(key.First, key.Second), WebAuthnError.KeyRsa);
        return new RsaKey((CoseAlgorithm)key.Algorithm, key.First, key.Second, hash, padding);
    }

    private static MLDsaKey MLDsa(CoseKey key, MLDsaParameterSet set)
    {
        Require(key.KeyType == CoseKey.Akp, WebAuthnError.KeyType);
        Require(key is { Curve: null, First: not null, Second: null }, WebAuthnError.KeyMembers, "An AKP key has pub.");
        Require(key.First.Length == set.PublicKeyLength, WebAuthnError.KeyLength);
        return new MLDsaKey(set, key.First);
    }
}
