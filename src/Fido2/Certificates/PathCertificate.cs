using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;
using Moi.Identity.Fido2.Attestation;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Certificates;

/// <summary>A certificate as far as path validation reads it; RFC 5280 §4.1 and §6.1.</summary>
internal sealed class PathCertificate
{
    private const string BasicConstraints = "2.5.29.19";
    private const string KeyUsage = "2.5.29.15";
    private const int DigitalSignature = 0;
    private const int KeyCertSign = 5;
    private const int CrlSign = 6;

    private readonly AttestationCertificate _body;
    private readonly SignedStructure _signed;

    private PathCertificate(ReadOnlyMemory<byte> der, AttestationCertificate body, SignedStructure signed)
        => (Der, _body, _signed) = (der, body, signed);

    /// <summary>The whole certificate.</summary>
    internal ReadOnlyMemory<byte> Der { get; }

    internal int Version => _body.Version;

    internal required ReadOnlyMemory<byte> SerialNumber { get; init; }

    internal required ReadOnlyMemory<byte> Issuer { get; init; }

    internal required ReadOnlyMemory<byte> Subject { get; init; }

    internal required DateTimeOffset NotBefore { get; init; }

    internal required DateTimeOffset NotAfter { get; init; }

    /// <summary>SubjectPublicKeyInfo.</summary>
    internal required ReadOnlyMemory<byte> PublicKeyInfo { get; init; }

    /// <summary>Basic constraints; null if the certificate has none.</summary>
    internal (bool IsAuthority, int? PathLength)? Constraints { get; private init; }

    /// <summary>The bits of key usage; null if the certificate has none.</summary>
    internal byte[]? Usage { get; private init; }

    /// <summary>Extended key usage; null if the certificate has none.</summary>
    internal IReadOnlyList<string>? Purposes { get; private init; }

    /// <summary>Whether issuer and subject are one name.</summary>
    internal bool IsSelfIssued => DistinguishedName.AreEqual(Issuer, Subject);

    /// <summary>Whether the key may sign what is neither certificate nor list: said so, or nothing is said.</summary>
    internal bool MaySign => Usage is null || HasBit(Usage, DigitalSignature);

    /// <summary>Whether the key may sign certificates: said so, or nothing is said.</summary>
    internal bool MaySignCertificates => Usage is null || HasBit(Usage, KeyCertSign);

    /// <summary>Whether the key may sign revocation lists: said so, or nothing is said.</summary>
    internal bool MaySignRevocationLists => Usage is null || HasBit(Usage, CrlSign);

    internal IReadOnlyList<CertificateExtension> Extensions => _body.Extensions;

    /// <summary>Text of the subject's attributes of one type.</summary>
    internal IEnumerable<string> SubjectValues(string oid) => _body.Subject.Where(name => name.Oid == oid).Select(name => name.Value);

    /// <summary>Parses one certificate to the last byte, or refuses.</summary>
    internal static PathCertificate Parse(byte[] der)
    {
        var body = AttestationCertificate.Parse(der);
        try
        {
            return Read(der, body);
        }
        catch (AsnContentException)
        {
            throw new WebAuthnException(WebAuthnError.CertificateParse);
        }
    }

    /// <summary>Whether the issuer's key made the signature. False for algorithms that are not accepted.</summary>
    internal bool IsSignedBy(PathCertificate issuer, bool allowSha1)
        => CertificateSignature.IsValid(_signed, issuer.PublicKeyInfo, allowSha1);

    /// <summary>SHA-1 of the public key, in lower-case hexadecimal; RFC 5280 §4.2.1.2, method 1.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "A name that the metadata uses, not a protection.")]
    internal string KeyIdentifier()
    {
        var info = new AsnReader(PublicKeyInfo, AsnEncodingRules.DER).ReadSequence();
        info.ReadEncodedValue();
        return Convert.ToHexStringLower(SHA1.HashData(info.ReadBitString(out _)));
    }

    private static PathCertificate Read(byte[] der, AttestationCertificate body)
    {
        var signed = SignedStructure.Read(der);
        var reader = new AsnReader(signed.ToBeSigned, AsnEncodingRules.DER).ReadSequence();
        if (reader.PeekTag().TagClass == TagClass.ContextSpecific)
        {
            reader.ReadEncodedValue(); // version
        }

        var serial = reader.ReadIntegerBytes();

        // "This field MUST contain the same algorithm identifier as the signatureAlgorithm field" (§4.1.2.3): the one outside is not signed.
        Require(
            reader.ReadEncodedValue().Span.SequenceEqual(signed.Algorithm.Span), WebAuthnError.CertificateParse, "Two signature algorithms.");
        var issuer = reader.ReadEncodedValue();
        var validity = reader.ReadSequence();
        var (notBefore, notAfter) = (SignedStructure.ReadTime(validity), SignedStructure.ReadTime(validity));
        validity.ThrowIfNotEmpty();
        var subject = reader.ReadEncodedValue();
        var publicKeyInfo = reader.ReadEncodedValue();
        var key = new AsnReader(publicKeyInfo, AsnEncodingRules.DER).ReadSequence();
        key.ReadSequence();
        key.ReadBitString(out _);
        key.ThrowIfNotEmpty();
        return new PathCertificate(der, body, signed)
        {
            SerialNumber = serial,
            Issuer = issuer,
            NotBefore = notBefore,
            NotAfter = notAfter,
            Subject = subject,
            PublicKeyInfo = publicKeyInfo,
            Constraints = ReadConstraints(body.Find(BasicConstraints)),
            Usage = body.Find(KeyUsage) is { } usage ? ReadUsage(usage.Value) : null,
            Purposes = body.Find(ExtendedKeyUsage.Oid) is { } purposes ? ExtendedKeyUsage.Read(purposes.Value) : null,
        };
    }

    private static (bool IsAuthority, int? PathLength)? ReadConstraints(CertificateExtension? extension)
    {
        if (extension is null)
        {
            return null;
        }

        // One maker's root in the metadata writes TRUE as 01, which is BER and means the same.
        var reader = new AsnReader(extension.Value, AsnEncodingRules.BER);
        var constraints = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        var isAuthority = constraints.HasData && constraints.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && constraints.ReadBoolean();
        int? pathLength = null;
        if (constraints.HasData)
        {
            Require(constraints.TryReadInt32(out var length) && length >= 0, WebAuthnError.CertificateParse, "The path length is no number.");
            pathLength = length;
        }

        constraints.ThrowIfNotEmpty();
        return (isAuthority, pathLength);
    }

    private static byte[] ReadUsage(ReadOnlyMemory<byte> value)
    {
        var reader = new AsnReader(value, AsnEncodingRules.DER);
        var bits = reader.ReadBitString(out _);
        reader.ThrowIfNotEmpty();
        return bits;
    }

    private static bool HasBit(byte[] bits, int position) => bits.Length > position / 8 && (bits[position / 8] & (0x80 >> (position % 8))) != 0;
}
