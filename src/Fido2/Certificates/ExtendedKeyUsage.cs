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
}
