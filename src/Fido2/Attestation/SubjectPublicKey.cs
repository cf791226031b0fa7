using System.Formats.Asn1;
using Moi.Identity.Fido2.Data;
using Moi.Identity.Fido2.Signatures;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Attestation;

/// <summary>Turns a certified key into the COSE key that the same checks apply to; RFC 5480, RFC 8410, RFC 3279 §2.3.1, RFC 9881.</summary>
internal static class SubjectPublicKey
{
    private const string EcPublicKey = "1.2.840.10045.2.1";
    private const string RsaEncryption = "1.2.840.113549.1.1.1";
    private const string Ed25519 = "1.3.101.112";
    private const string Ed448 = "1.3.101.113";
    private const byte UncompressedPoint = 0x04;

    /// <summary>The key with that algorithm; null if a key of its kind cannot have it.</summary>
    internal static CoseKey? ToCose(ReadOnlyMemory<byte> subjectPublicKeyInfo, long algorithm)
    {
        try
        {
            var info = new AsnReader(subjectPublicKeyInfo, AsnEncodingRules.DER).ReadSequence();
            var identifier = info.ReadSequence();
            var key = info.ReadBitString(out var unusedBits);
            info.ThrowIfNotEmpty();
            Require(unusedBits == 0, WebAuthnError.CertificateKey);
            var cose = identifier.ReadObjectIdentifier() switch
            {
                EcPublicKey when AlgorithmTable.Ecdsa(algorithm) is { } ecdsa => Ec(identifier, key, ecdsa.Curve, algorithm),
                RsaEncryption when AlgorithmTable.Rsa(algorithm) is not null => Rsa(identifier, key, algorithm),
                Ed25519 when AlgorithmTable.Identify(algorithm) is CoseAlgorithm.EdDSA or CoseAlgorithm.Ed25519
                    => new CoseKey { KeyType = CoseKey.Okp, Algorithm = algorithm, Curve = CoseKey.Ed25519, First = key },
                Ed448 when AlgorithmTable.Identify(algorithm) is CoseAlgorithm.Ed448
                    => new CoseKey { KeyType = CoseKey.Okp, Algorithm = algorithm, Curve = CoseKey.Ed448, First = key },
                var oid when AlgorithmTable.MLDsa(algorithm) is { } set && set.Oid == oid
                    => new CoseKey { KeyType = CoseKey.Akp, Algorithm = algorithm, First = key },
                _ => null,
            };

            // "For all of the OIDs, the parameters MUST be absent" (RFC 8410 §3; so RFC 9881 §2). EC and RSA have read their own by now.
            if (cose is not null)
            {
                identifier.ThrowIfNotEmpty();
            }

            return cose;
        }
        catch (AsnContentException)
        {
            throw new WebAuthnException(WebAuthnError.CertificateKey);
        }
    }

    private static CoseKey? Ec(AsnReader identifier, byte[] point, EllipticCurve curve, long algorithm)
    {
        // Named curves only: explicit parameters allow a generator of the attacker's choice (CVE-2020-0601).
        if (identifier.ReadObjectIdentifier() != curve.Oid)
        {
            return null;
        }

        Require(point.Length == 1 + (2 * curve.Length) && point[0] == UncompressedPoint, WebAuthnError.CertificateKey, "Not an uncompressed point.");
        return new CoseKey
        {
            KeyType = CoseKey.Ec2,
            Algorithm = algorithm,
            Curve = curve.Number,
            First = point[1..(1 + curve.Length)],
            Second = point[(1 + curve.Length)..],
        };
    }

    private static CoseKey Rsa(AsnReader identifier, byte[] encoded, long algorithm)
    {
        // "The parameters field MUST have ASN.1 type NULL for this algorithm identifier" (RFC 3279 §2.3.1). Left out, it says as much:
        // nothing else can be meant.
        if (identifier.HasData)
        {
            identifier.ReadNull();
        }

        var reader = new AsnReader(encoded, AsnEncodingRules.DER);
        var key = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        var (modulus, exponent) = (key.ReadInteger(), key.ReadInteger());
        key.ThrowIfNotEmpty();
        Require(modulus.Sign > 0 && exponent.Sign > 0, WebAuthnError.CertificateKey, "An RSA number is not positive.");
        return new CoseKey
        {
            KeyType = CoseKey.Rsa,
            Algorithm = algorithm,
            First = modulus.ToByteArray(isUnsigned: true, isBigEndian: true),
            Second = exponent.ToByteArray(isUnsigned: true, isBigEndian: true),
        };
    }
}
