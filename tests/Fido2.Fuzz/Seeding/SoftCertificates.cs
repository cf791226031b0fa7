using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Fuzz.Seeding;

/// <summary>Certificates of every kind that the soft authenticator and the soft metadata service make.</summary>
internal static class SoftCertificates
{
    internal static IEnumerable<(string Name, byte[] Der)> All()
    {
        foreach (var attestation in new[] { SoftAttestation.PackedBasic, SoftAttestation.Tpm, SoftAttestation.AndroidKey, SoftAttestation.Apple })
        {
            yield return ($"{attestation}", FirstCertificate(SoftCeremonies.Member(SoftCeremonies.Register(attestation, -7), "attestationObject")));
        }

        var root = SoftCertificate.Root();
        yield return ("root", root.Der);
        yield return ("intermediate", root.Issue(new SoftCertificateShape { PathLength = 0 }).Der);
        yield return ("leaf", root.Issue(SoftCertificateShape.Leaf(SoftMetadataService.SignerName)).Der);
        yield return ("bare", root.Issue(new SoftCertificateShape { IsAuthority = null, Usage = null }).Der);
        yield return ("empty-name", root.Issue(new SoftCertificateShape { Subject = new X500DistinguishedName([0x30, 0x00]) }).Der);
        yield return ("late", root.Issue(new SoftCertificateShape { NotAfter = new DateTimeOffset(2060, 1, 1, 0, 0, 0, TimeSpan.Zero) }).Der);
        using var rsa = RSA.Create(2048);
        yield return ("rsa", SoftCertificate.Root(new SoftCertificateShape { Key = rsa }).Der);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("attest.android.com");
        X509Extension[] extensions =
        [
            names.Build(),
            new X509Extension("1.3.6.1.4.1.45724.1.1.4", Der.OctetString(new byte[16]), critical: false),
            new X509Extension("1.3.6.1.4.1.45724.1.1.2", Der.OctetString([1, 2]), critical: false),
            new X509Extension("1.3.6.1.4.1.45724.1.1.5", Der.Number(5), critical: false),
            new X509Extension("2.5.29.37", Der.Sequence(Der.Oid("2.23.133.8.3")), critical: false),
        ];
        yield return ("extensions", root.Issue(SoftCertificateShape.Leaf() with { Extensions = extensions }).Der);
        X509Extension[] versions =
        [
            new X509Extension("1.3.6.1.4.1.45724.1.1.2", Der.OctetString([1, 2]), critical: false),
            new X509Extension("1.3.6.1.4.1.45724.1.1.5", Der.Number(5), critical: false),
        ];
        var aaguid = new SoftAuthenticator().Aaguid;
        yield return ("packed-versions", new SoftAttestationAuthority(aaguid, new CertificateShape { Extensions = versions }).Certificates[0]);
        foreach (var algorithm in new[] { -8, -36 })
        {
            using var key = SoftKey.Create(algorithm);
            yield return ($"key{algorithm}", SoftAttestationAuthority.Default(Guid.Empty).Certify(key, SoftCertificate.NameOf("Soft key"), []));
        }
    }

    /// <summary>The first of <c>x5c</c> in an attestation object.</summary>
    private static byte[] FirstCertificate(byte[] attestationObject)
    {
        var reader = new CborReader(Data.AttestationObject.Parse(attestationObject).Statement, CborConformanceMode.Lax);
        for (var left = reader.ReadStartMap(); left > 0; left--)
        {
            if (reader.ReadTextString() == "x5c")
            {
                reader.ReadStartArray();
                return reader.ReadByteString();
            }

            reader.SkipValue();
        }

        throw new InvalidOperationException("A statement without certificates.");
    }
}
