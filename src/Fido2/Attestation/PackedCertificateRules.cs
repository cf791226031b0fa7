using System.Formats.Asn1;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Attestation;

/// <summary>WebAuthn Level 3 §8.2.1 and §8.2.2, the requirements for packed attestation certificates.</summary>
internal static class PackedCertificateRules
{
    private const string Country = "2.5.4.6";
    private const string Organization = "2.5.4.10";
    private const string OrganizationalUnit = "2.5.4.11";
    private const string CommonName = "2.5.4.3";
    private const string FidoSerialNumber = "1.3.6.1.4.1.45724.1.1.2";
    private const string FidoFirmwareVersion = "1.3.6.1.4.1.45724.1.1.5";

    internal static void Check(AttestationCertificate certificate, Guid aaguid, bool isEnterpriseRequested)
    {
        // "Version MUST be set to 3 (which is indicated by an ASN.1 INTEGER with value 2)."
        Require(certificate.Version == 3, WebAuthnError.CertificateVersion);

        // "Subject-C: ISO 3166 code specifying the country where the Authenticator vendor is incorporated". Two letters; the
        // list of countries changes, and X.520 compares without case.
        Require(One(certificate, Country) is { Length: 2 } country && country.All(char.IsAsciiLetter), WebAuthnError.CertificateSubject, "C");

        // "Subject-O: Legal name of the Authenticator vendor"
        Require(!string.IsNullOrWhiteSpace(One(certificate, Organization)), WebAuthnError.CertificateSubject, "O");

        // "Subject-OU: Literal string "Authenticator Attestation""
        Require(One(certificate, OrganizationalUnit) == "Authenticator Attestation", WebAuthnError.CertificateSubject, "OU");

        // "Subject-CN: A UTF8String of the vendor's choosing"
        Require(!string.IsNullOrWhiteSpace(One(certificate, CommonName)), WebAuthnError.CertificateSubject, "CN");

        // "containing the AAGUID as a 16-byte OCTET STRING. The extension MUST NOT be marked as critical."
        // "the AAGUID MUST be wrapped in two OCTET STRINGS to be valid"
        CertificateExtensionRules.CheckAaguid(certificate, aaguid);

        // "The Basic Constraints extension MUST have the CA component set to FALSE."
        CertificateExtensionRules.CheckEndEntity(certificate);

        // "id-fido-gen-ce-fw-version … contains an INTEGER with a non-negative value … MUST NOT be marked as critical."
        CheckFirmwareVersion(certificate.Find(FidoFirmwareVersion));

        // §8.2.2 "id-fido-gen-ce-sernum … MUST NOT be marked as critical, and the corresponding value is encoded as an OCTET
        // STRING. This extension MUST NOT be present in non-enterprise attestations."
        CheckSerialNumber(certificate.Find(FidoSerialNumber), isEnterpriseRequested);
    }

    private static string? One(AttestationCertificate certificate, string oid)
    {
        string? found = null;
        foreach (var (type, value) in certificate.Subject)
        {
            if (type == oid)
            {
                // Two values of one kind leave open which one counts.
                Require(found is null, WebAuthnError.CertificateSubject, "A name is there twice.");
                found = value;
            }
        }

        return found;
    }

    private static void CheckFirmwareVersion(CertificateExtension? extension)
    {
        if (extension is null)
        {
            return;
        }

        Require(!extension.IsCritical, WebAuthnError.CertificateExtension, "The firmware version is critical.");
        try
        {
            var reader = new AsnReader(extension.Value, AsnEncodingRules.DER);
            Require(reader.ReadInteger().Sign >= 0 && !reader.HasData, WebAuthnError.CertificateExtension, "The firmware version is not a number.");
        }
        catch (AsnContentException)
        {
            throw new WebAuthnException(WebAuthnError.CertificateExtension, "The firmware version is not a number.");
        }
    }

    private static void CheckSerialNumber(CertificateExtension? extension, bool isEnterpriseRequested)
    {
        if (extension is null)
        {
            return;
        }

        Require(isEnterpriseRequested, WebAuthnError.CertificateExtension, "A device serial number that nobody asked for.");
        Require(!extension.IsCritical, WebAuthnError.CertificateExtension, "The serial number is critical.");
        CertificateExtensionRules.ReadOctetString(extension);
    }
}
