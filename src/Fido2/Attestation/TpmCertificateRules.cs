using System.Formats.Asn1;
using Moi.Identity.Fido2.Certificates;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Attestation;

/// <summary>WebAuthn Level 3 §8.3.1, "TPM Attestation Statement Certificate Requirements".</summary>
internal static class TpmCertificateRules
{
    private const string SubjectAlternativeName = "2.5.29.17";
    private const string Manufacturer = "2.23.133.2.1";
    private const string Model = "2.23.133.2.2";
    private const string FirmwareVersion = "2.23.133.2.3";
    private static readonly Asn1Tag DirectoryName = new(TagClass.ContextSpecific, 4, isConstructed: true);

    internal static void Check(AttestationCertificate aikCert, Guid aaguid, EngineMode mode, bool allowUnknownManufacturers)
    {
        // "Version MUST be set to 3."
        Require(aikCert.Version == 3, WebAuthnError.CertificateVersion);

        // "Subject field MUST be set to empty."
        Require(aikCert.Subject.Count == 0, WebAuthnError.CertificateSubject, "The subject is not empty.");

        // "The Subject Alternative Name extension MUST be set as defined in [TPMv2-EK-Profile] section 3.2.9." It names
        // manufacturer, model and version of the TPM, and is critical where the subject is empty (RFC 5280 §4.2.1.6).
        var alternative = aikCert.Find(SubjectAlternativeName);
        Require(alternative is { IsCritical: true }, WebAuthnError.TpmAik, "No critical subject alternative name.");
        CheckAlternativeName(alternative.Value, mode, allowUnknownManufacturers);

        // "The Extended Key Usage extension MUST contain the OID 2.23.133.8.3".
        Require(aikCert.Find(ExtendedKeyUsage.Oid) is { } usage && IsForAik(usage.Value), WebAuthnError.TpmAik, "Not for an AIK.");

        // "The Basic Constraints extension MUST have the CA component set to FALSE."
        CertificateExtensionRules.CheckEndEntity(aikCert);

        // "If aikCert contains an extension with OID 1.3.6.1.4.1.45724.1.1.4 (id-fido-gen-ce-aaguid) verify that the value of
        //  this extension matches the aaguid in authenticatorData."
        CertificateExtensionRules.CheckAaguid(aikCert, aaguid);
    }

    private static void CheckAlternativeName(ReadOnlyMemory<byte> der, EngineMode mode, bool allowUnknownManufacturers)
    {
        IReadOnlyList<(string Oid, string Value)> attributes;
        try
        {
            attributes = ReadDirectoryName(der);
        }
        catch (AsnContentException)
        {
            throw new WebAuthnException(WebAuthnError.TpmAik, "The subject alternative name is not DER.");
        }

        Require(!string.IsNullOrWhiteSpace(One(attributes, Model)), WebAuthnError.TpmAik, "No TPM model.");
        Require(!string.IsNullOrWhiteSpace(One(attributes, FirmwareVersion)), WebAuthnError.TpmAik, "No TPM version.");
        var manufacturer = One(attributes, Manufacturer);
        Require(TpmManufacturers.IsWellFormed(manufacturer), WebAuthnError.TpmManufacturer, "Not \"id:\" and eight hexadecimal digits.");
        Require(allowUnknownManufacturers || TpmManufacturers.IsKnown(manufacturer, mode), WebAuthnError.TpmManufacturer, "An unknown manufacturer.");
    }

    private static string? One(IReadOnlyList<(string Oid, string Value)> attributes, string oid)
    {
        string[] values = [.. attributes.Where(attribute => attribute.Oid == oid).Select(attribute => attribute.Value)];
        Require(values.Length <= 1, WebAuthnError.TpmAik, "An attribute of the TPM is there twice.");
        return values.FirstOrDefault();
    }

    /// <summary>The attributes of every directory name among the general names.</summary>
    private static List<(string Oid, string Value)> ReadDirectoryName(ReadOnlyMemory<byte> der)
    {
        var reader = new AsnReader(der, AsnEncodingRules.DER);
        var names = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        var attributes = new List<(string, string)>();
        while (names.HasData)
        {
            if (!names.PeekTag().HasSameClassAndValue(DirectoryName))
            {
                names.ReadEncodedValue();
                continue;
            }

            var tagged = names.ReadSequence(DirectoryName);
            attributes.AddRange(AttestationCertificate.ReadName(tagged.ReadSequence()));
            tagged.ThrowIfNotEmpty();
        }

        return attributes;
    }

    private static bool IsForAik(ReadOnlyMemory<byte> usage)
    {
        try
        {
            return ExtendedKeyUsage.Read(usage).Contains(ExtendedKeyUsage.AikCertificate, StringComparer.Ordinal);
        }
        catch (AsnContentException)
        {
            return false;
        }
    }
}
