using System.Formats.Asn1;

namespace Moi.Identity.Fido2.Certificates;

/// <summary>Purposes that a certificate's key is for; RFC 5280 §4.2.1.12.</summary>
internal static class ExtendedKeyUsage
{
    internal const string Oid = "2.5.29.37";
    internal const string Any = "2.5.29.37.0";
    internal const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>tcg-kp-AIKCertificate (WebAuthn Level 3 §8.3.1).</summary>
    internal const string AikCertificate = "2.23.133.8.3";

    /// <summary>Purposes of certificates that public authorities sell: TLS, code, mail and documents.</summary>
    private static readonly string[] Public =
    [
        ServerAuthentication,
        "1.3.6.1.5.5.7.3.2" /* clientAuth */,
        "1.3.6.1.5.5.7.3.3" /* codeSigning */,
        "1.3.6.1.5.5.7.3.4" /* emailProtection */,
        "1.3.6.1.5.5.7.3.36" /* documentSigning, RFC 9336 */,
        "1.3.6.1.4.1.311.10.3.12" /* document signing of Microsoft */,
        "1.2.840.113583.1.1.5" /* authentic documents of Adobe */,
    ];

    /// <summary>The purposes; an <see cref="AsnContentException"/> for a value that is no list of them.</summary>
    internal static IReadOnlyList<string> Read(ReadOnlyMemory<byte> value)
    {
        var reader = new AsnReader(value, AsnEncodingRules.DER);
        var sequence = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        var purposes = new List<string>();
        while (sequence.HasData)
        {
            purposes.Add(sequence.ReadObjectIdentifier());
        }

        return purposes;
    }

    /// <summary>Whether one of the purposes is what public authorities certify for everybody.</summary>
    internal static bool IsPublic(IReadOnlyList<string>? purposes) => purposes is not null && purposes.Any(purpose => Array.IndexOf(Public, purpose) >= 0);
}
