using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Moi.Identity.Idp.Features.Clients;

namespace Moi.Identity.Idp.Features.Oidc.MutualTls;

/// <summary>RFC 8705 §2.1.2: whether a certificate has the one name that a client registered.</summary>
/// <remarks>
/// SECURITY: only the registered kind of name counts, and names are compared as what they are, never as parts of a text: a common
/// name that reads like a DNS name is none, and <c>CN=a,O=b</c> is not the common name <c>a,O=b</c>.
/// </remarks>
internal static class CertificateNames
{
    private const string SubjectAlternativeName = "2.5.29.17";
    private static readonly Asn1Tag Email = new(TagClass.ContextSpecific, 1);
    private static readonly Asn1Tag Dns = new(TagClass.ContextSpecific, 2);
    private static readonly Asn1Tag Address = new(TagClass.ContextSpecific, 6);
    private static readonly Asn1Tag Ip = new(TagClass.ContextSpecific, 7);

    internal static bool Have(X509Certificate2 certificate, CertificateName expected)
    {
        try
        {
            return expected.Kind switch
            {
                CertificateName.SubjectDn => DistinguishedName.Parse(expected.Value)?.Equals(DistinguishedName.Read(certificate.SubjectName)) == true,
                CertificateName.SanDns => Alternatives(certificate, Dns).Any(name => string.Equals(name, expected.Value, StringComparison.OrdinalIgnoreCase)),
                CertificateName.SanUri => Alternatives(certificate, Address).Contains(expected.Value, StringComparer.Ordinal),
                CertificateName.SanEmail => Alternatives(certificate, Email).Contains(expected.Value, StringComparer.Ordinal),
                CertificateName.SanIp => IPAddress.TryParse(expected.Value, out var ip) && Alternatives(certificate, Ip).Contains(ip.ToString(), StringComparer.Ordinal),
                _ => false,
            };
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException)
        {
            return false;
        }
    }

    /// <summary>RFC 5280 §4.2.1.6: the names of one kind.</summary>
    private static List<string> Alternatives(X509Certificate2 certificate, Asn1Tag kind)
    {
        var names = new List<string>();
        if (certificate.Extensions[SubjectAlternativeName] is not { } extension)
        {
            return names;
        }

        var outer = new AsnReader(extension.RawData, AsnEncodingRules.DER);
        var sequence = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        while (sequence.HasData)
        {
            if (!sequence.PeekTag().HasSameClassAndValue(kind))
            {
                sequence.ReadEncodedValue();
            }
            else if (kind == Ip)
            {
                var bytes = sequence.ReadOctetString(kind);
                names.Add(bytes.Length is 4 or 16 ? new IPAddress(bytes).ToString() : "");
            }
            else
            {
                names.Add(sequence.ReadCharacterString(UniversalTagNumber.IA5String, kind));
            }
        }

        return names;
    }
}
