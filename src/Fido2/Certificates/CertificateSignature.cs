using System.Formats.Asn1;
using System.Security.Cryptography;
using Moi.Identity.Fido2.Signatures;

namespace Moi.Identity.Fido2.Certificates;

/// <summary>Signatures of certificates and revocation lists; RFC 3279, RFC 4055, RFC 5758, RFC 8410.</summary>
/// <remarks>An allow-list. RSASSA-PSS, DSA, MD5 and post-quantum signatures are not on it; SHA-1 is, for conformance only.</remarks>
internal static class CertificateSignature
{
    private const string Ed25519 = "1.3.101.112";

    /// <summary>False also for an algorithm that is not accepted, and for a key that does not fit it.</summary>
    internal static bool IsValid(SignedStructure signed, ReadOnlyMemory<byte> issuerKey, bool allowSha1)
    {
        if (Identify(signed.Algorithm) is not { } oid || CertifiedKey.Read(issuerKey) is not { } key)
        {
            return false;
        }

        var data = signed.ToBeSigned.Span;
        var signature = signed.Signature.Span;
        return oid switch
        {
            "1.2.840.10045.4.3.2" => Ecdsa(key, data, signature, HashAlgorithmName.SHA256),
            "1.2.840.10045.4.3.3" => Ecdsa(key, data, signature, HashAlgorithmName.SHA384),
            "1.2.840.10045.4.3.4" => Ecdsa(key, data, signature, HashAlgorithmName.SHA512),
            "1.2.840.113549.1.1.11" => key.VerifyRsa(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            "1.2.840.113549.1.1.12" => key.VerifyRsa(data, signature, HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1),
            "1.2.840.113549.1.1.13" => key.VerifyRsa(data, signature, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1),
            Ed25519 => key.VerifyEd25519(data, signature),

            // SECURITY: collisions of SHA-1 have been made since 2017. TPM test certificates of the conformance suite use it.
            "1.2.840.10045.4.1" => allowSha1 && Ecdsa(key, data, signature, HashAlgorithmName.SHA1),
            "1.2.840.113549.1.1.5" => allowSha1 && key.VerifyRsa(data, signature, HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1),
            _ => false,
        };
    }

    private static bool Ecdsa(CertifiedKey key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> der, HashAlgorithmName hash)
    {
        if (key.Curve is null)
        {
            return false;
        }

        Span<byte> rs = stackalloc byte[2 * key.Curve.Length];
        try
        {
            EcdsaSignature.ToFixedLength(der, key.Curve, rs);
        }
        catch (WebAuthnException)
        {
            return false;
        }

        return key.VerifyEcdsa(data, rs, hash);
    }

    /// <summary>The algorithm; null if it comes with parameters other than NULL, which none of these has.</summary>
    private static string? Identify(ReadOnlyMemory<byte> encoded)
    {
        try
        {
            var reader = new AsnReader(encoded, AsnEncodingRules.DER);
            var identifier = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            var oid = identifier.ReadObjectIdentifier();
            if (identifier.HasData)
            {
                identifier.ReadNull();
                identifier.ThrowIfNotEmpty();
            }

            return oid;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }
}
