using System.Formats.Asn1;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Attestation;

/// <summary>What §8.2.1 and §8.3.1 demand of extensions in the same words.</summary>
internal static class CertificateExtensionRules
{
    private const string BasicConstraints = "2.5.29.19";
    private const string FidoAaguid = "1.3.6.1.4.1.45724.1.1.4";

    /// <summary>"The Basic Constraints extension MUST have the CA component set to FALSE."</summary>
    internal static void CheckEndEntity(AttestationCertificate certificate)
        => Require(certificate.Find(BasicConstraints) is { } constraints && !IsAuthority(constraints.Value), WebAuthnError.CertificateAuthority);

    /// <summary>"containing the AAGUID as a 16-byte OCTET STRING. The extension MUST NOT be marked as critical."
    /// "the AAGUID MUST be wrapped in two OCTET STRINGS to be valid"</summary>
    internal static void CheckAaguid(AttestationCertificate certificate, Guid aaguid)
    {
        if (certificate.Find(FidoAaguid) is not { } extension)
        {
            return;
        }

        Require(!extension.IsCritical, WebAuthnError.CertificateExtension, "The AAGUID extension is critical.");
        var value = ReadOctetString(extension);
        Require(value.Length == 16 && new Guid(value, bigEndian: true) == aaguid, WebAuthnError.CertificateAaguid);
    }

    /// <summary>Whether the certificate says that it is for that model.</summary>
    internal static bool IsFor(byte[] certificate, Guid aaguid)
        => AttestationCertificate.Parse(certificate).Find(FidoAaguid) is { } extension
            && ReadOctetString(extension).AsSpan().SequenceEqual(aaguid.ToByteArray(bigEndian: true));

    /// <summary>The content of the one OCTET STRING that the extension's value is.</summary>
    internal static byte[] ReadOctetString(CertificateExtension extension)
    {
        try
        {
            var reader = new AsnReader(extension.Value, AsnEncodingRules.DER);
            var value = reader.ReadOctetString();
            reader.ThrowIfNotEmpty();
            return value;
        }
        catch (AsnContentException)
        {
            throw new WebAuthnException(WebAuthnError.CertificateExtension, "Not one OCTET STRING inside another.");
        }
    }

    private static bool IsAuthority(ReadOnlyMemory<byte> value)
    {
        try
        {
            var reader = new AsnReader(value, AsnEncodingRules.DER);
            var constraints = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            return constraints.HasData && (!constraints.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) || constraints.ReadBoolean());
        }
        catch (AsnContentException)
        {
            return true;
        }
    }
}
