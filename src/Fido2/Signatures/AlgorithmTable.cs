using System.Security.Cryptography;

namespace Moi.Identity.Fido2.Signatures;

/// <summary>What each algorithm fixes; §5.8.5, RFC 9053 §2.1, RFC 8812, RFC 8230, RFC 9864, FIPS 204 table 2.</summary>
internal static class AlgorithmTable
{
    /// <summary>The algorithm of a number that was received; <see cref="CoseAlgorithm.None"/> for one that no algorithm can have.</summary>
    /// <remarks>SECURITY: a number on the wire has 64 bits. Cut to 32, 2^32 - 7 would be ES256.</remarks>
    internal static CoseAlgorithm Identify(long algorithm) => algorithm == (int)algorithm ? (CoseAlgorithm)algorithm : CoseAlgorithm.None;

    /// <summary>Curve and hash of an ECDSA algorithm; null for any other.</summary>
    internal static (EllipticCurve Curve, HashAlgorithmName Hash)? Ecdsa(long algorithm) => Identify(algorithm) switch
    {
        CoseAlgorithm.ES256 or CoseAlgorithm.ESP256 => (EllipticCurve.P256, HashAlgorithmName.SHA256),
        CoseAlgorithm.ES384 or CoseAlgorithm.ESP384 => (EllipticCurve.P384, HashAlgorithmName.SHA384),
        CoseAlgorithm.ES512 or CoseAlgorithm.ESP512 => (EllipticCurve.P521, HashAlgorithmName.SHA512),
        CoseAlgorithm.ES256K => (EllipticCurve.Secp256k1, HashAlgorithmName.SHA256),
        _ => null,
    };

    /// <summary>Hash and padding of an RSA algorithm; null for any other.</summary>
    internal static (HashAlgorithmName Hash, RSASignaturePadding Padding)? Rsa(long algorithm) => Identify(algorithm) switch
    {
        CoseAlgorithm.RS256 => (HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        CoseAlgorithm.RS384 => (HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1),
        CoseAlgorithm.RS512 => (HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1),
        CoseAlgorithm.PS256 => (HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
        CoseAlgorithm.PS384 => (HashAlgorithmName.SHA384, RSASignaturePadding.Pss),
        CoseAlgorithm.PS512 => (HashAlgorithmName.SHA512, RSASignaturePadding.Pss),
        CoseAlgorithm.RS1 => (HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1),
        _ => null,
    };

    /// <summary>The parameter set of an ML-DSA algorithm; null for any other.</summary>
    internal static MLDsaParameterSet? MLDsa(long algorithm) => Identify(algorithm) switch
    {
        CoseAlgorithm.MLDsa44 => MLDsaParameterSet.MLDsa44,
        CoseAlgorithm.MLDsa65 => MLDsaParameterSet.MLDsa65,
        CoseAlgorithm.MLDsa87 => MLDsaParameterSet.MLDsa87,
        _ => null,
    };

    /// <summary>The hash function an algorithm applies to the message; null for those that have none of their own.</summary>
    internal static HashAlgorithmName? Hash(long algorithm) => Ecdsa(algorithm)?.Hash ?? Rsa(algorithm)?.Hash;

    /// <summary>SECURITY: RS1 needs the mode, not only an offer, so that no list of algorithms can let it in.</summary>
    internal static bool IsAllowed(CoseAlgorithm algorithm, EngineMode mode)
        => algorithm != CoseAlgorithm.RS1 || mode == EngineMode.Conformance;
}
