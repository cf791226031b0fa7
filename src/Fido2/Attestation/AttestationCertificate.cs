using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Moi.Identity.Fido2.Data;
using Moi.Identity.Fido2.Signatures;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Attestation;

/// <summary>An extension of a certificate.</summary>
internal sealed record CertificateExtension(string Oid, bool IsCritical, ReadOnlyMemory<byte> Value);

/// <summary>An X.509 certificate as far as attestation reads it; RFC 5280 §4.1.</summary>
/// <remarks>Read here and not by the platform, which forgives bytes after the end, PEM, and more.</remarks>
internal sealed class AttestationCertificate
{
    /// <summary>Certificates with ML-DSA keys and signatures reach 8 KB.</summary>
    private const int Longest = 16 * 1024;

    private static readonly Asn1Tag VersionTag = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag ExtensionsTag = new(TagClass.ContextSpecific, 3, isConstructed: true);

    /// <summary>1, 2 or 3.</summary>
    internal required int Version { get; init; }

    /// <summary>Attribute type and value of the subject's names; a value that is no string is empty.</summary>
    internal required IReadOnlyList<(string Oid, string Value)> Subject { get; init; }

    internal required IReadOnlyList<CertificateExtension> Extensions { get; init; }

    private ReadOnlyMemory<byte> PublicKeyInfo { get; init; }

    /// <summary>Parses one certificate to the last byte, or refuses.</summary>
    internal static AttestationCertificate Parse(byte[] der)
    {
        Require(der.Length <= Longest, WebAuthnError.CertificateParse, "The certificate is too long.");
        try
        {
            return Read(der);
        }
        catch (Exception exception) when (exception is AsnContentException or CryptographicException or OverflowException)
        {
            throw new WebAuthnException(WebAuthnError.CertificateParse);
        }
    }

    /// <summary>Every certificate after the leaf must be one too, trusted or not.</summary>
    internal static void CheckRest(IReadOnlyList<byte[]> certificates)
    {
        foreach (var issuer in certificates.Skip(1))
        {
            Parse(issuer);
        }
    }

    /// <summary>The one extension of that kind; null if there is none.</summary>
    internal CertificateExtension? Find(string oid) => Extensions.FirstOrDefault(extension => extension.Oid == oid);

    /// <summary>The certified key, if the algorithm is one that such a key can have.</summary>
    /// <remarks>A key that breaks a rule for keys is refused with the code of that rule.</remarks>
    internal bool TryGetKey(long algorithm, EngineMode mode, [NotNullWhen(true)] out VerificationKey? key)
    {
        var coseKey = AlgorithmTable.IsAllowed(AlgorithmTable.Identify(algorithm), mode) ? ToCoseKey(algorithm) : null;
        key = coseKey is null ? null : VerificationKey.Create(coseKey);
        return key is not null;
    }

    /// <summary>The certified key as a COSE key, not checked further; null if such a key cannot have the algorithm.</summary>
    internal CoseKey? ToCoseKey(long algorithm) => SubjectPublicKey.ToCose(PublicKeyInfo, algorithm);

    /// <summary>Whether the certificate is for that host: by its alternative names, or by the common name where it has none.</summary>
    internal bool HasHostName(string host)
    {
        const string SubjectAlternativeName = "2.5.29.17", CommonName = "2.5.4.3";
        if (Find(SubjectAlternativeName) is not { } alternative)
        {
            return Subject.Any(attribute => attribute == (CommonName, host));
        }

        try
        {
            return new X509SubjectAlternativeNameExtension(alternative.Value.Span).EnumerateDnsNames().Contains(host, StringComparer.OrdinalIgnoreCase);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static AttestationCertificate Read(byte[] der)
    {
        // Real attestation certificates encode DEFAULT FALSE explicitly: BER in that one point, which the reader lets pass.
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        var certificate = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var body = certificate.ReadSequence();
        certificate.ReadSequence();
        certificate.ReadBitString(out _);
        certificate.ThrowIfNotEmpty();

        var version = 1;
        if (body.PeekTag().HasSameClassAndValue(VersionTag))
        {
            var explicitVersion = body.ReadSequence(VersionTag);
            explicitVersion.TryReadInt32(out version);
            explicitVersion.ThrowIfNotEmpty(); // A number that is too large, or none, is still there.
            version++;
        }

        body.ReadIntegerBytes(); // serial number
        body.ReadSequence(); // signature algorithm
        body.ReadSequence(); // issuer
        body.ReadSequence(); // validity
        var subject = ReadName(body.ReadSequence());
        var publicKeyInfo = body.ReadEncodedValue();
        IReadOnlyList<CertificateExtension> extensions = [];
        while (body.HasData)
        {
            if (body.PeekTag().HasSameClassAndValue(ExtensionsTag))
            {
                var wrapper = body.ReadSequence(ExtensionsTag);
                extensions = ReadExtensions(wrapper.ReadSequence());
                wrapper.ThrowIfNotEmpty();
                body.ThrowIfNotEmpty();
            }
            else
            {
                // issuerUniqueID and subjectUniqueID
                Require(body.PeekTag() is { TagClass: TagClass.ContextSpecific, TagValue: 1 or 2 }, WebAuthnError.CertificateParse);
                body.ReadEncodedValue();
            }
        }

        return new AttestationCertificate { Version = version, Subject = subject, Extensions = extensions, PublicKeyInfo = publicKeyInfo };
    }

    /// <summary>Attribute type and value of a name; a value that is no string is empty.</summary>
    internal static List<(string Oid, string Value)> ReadName(AsnReader name)
    {
        var attributes = new List<(string, string)>();
        while (name.HasData)
        {
            var set = name.ReadSetOf(skipSortOrderValidation: true);
            while (set.HasData)
            {
                var attribute = set.ReadSequence();
                var oid = attribute.ReadObjectIdentifier();
                var tag = attribute.PeekTag();
                var isText = tag.TagClass == TagClass.Universal && (UniversalTagNumber)tag.TagValue
                    is UniversalTagNumber.UTF8String or UniversalTagNumber.PrintableString or UniversalTagNumber.IA5String
                    or UniversalTagNumber.T61String or UniversalTagNumber.BMPString;
                if (isText)
                {
                    attributes.Add((oid, attribute.ReadCharacterString((UniversalTagNumber)tag.TagValue)));
                }
                else
                {
                    attribute.ReadEncodedValue();
                    attributes.Add((oid, ""));
                }

                attribute.ThrowIfNotEmpty();
            }
        }

        return attributes;
    }

    private static List<CertificateExtension> ReadExtensions(AsnReader sequence)
    {
        var extensions = new List<CertificateExtension>();
        while (sequence.HasData)
        {
            var extension = sequence.ReadSequence();
            var oid = extension.ReadObjectIdentifier();
            var isCritical = extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && extension.ReadBoolean();
            var value = extension.ReadOctetString();
            extension.ThrowIfNotEmpty();

            // "A certificate MUST NOT include more than one instance of a particular extension." (RFC 5280 §4.2)
            Require(!extensions.Exists(other => other.Oid == oid), WebAuthnError.CertificateParse, "An extension is there twice.");
            extensions.Add(new CertificateExtension(oid, isCritical, value));
        }

        return extensions;
    }
}
