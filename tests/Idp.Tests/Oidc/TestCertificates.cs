using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>Certificates of agencies, and the registrations that know a client by one.</summary>
internal static class TestCertificates
{
    internal static SoftCertificate SelfSigned(bool isRsa = false)
        => SoftCertificate.Root(SoftCertificateShape.Leaf("permits") with { Key = isRsa ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256) });

    /// <summary>A certificate with every kind of name.</summary>
    internal static SoftCertificateShape Shape()
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName("permits.example.gov.tw");
        subject.AddOrganizationalUnitName("資訊室");
        subject.AddOrganizationName("Building Office, Taipei");
        subject.AddCountryOrRegion("TW");
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("permits.example.gov.tw");
        names.AddDnsName("*.wild.example.gov.tw");
        names.AddUri(new Uri("urn:agency:permits"));
        names.AddIpAddress(IPAddress.Parse("192.0.2.7"));
        names.AddIpAddress(IPAddress.Parse("2001:db8::7"));
        names.AddEmailAddress("permits@example.gov.tw");
        return SoftCertificateShape.Leaf() with { Subject = subject.Build(), Extensions = [names.Build()] };
    }

    internal static SoftCertificate Certified() => TestAuthority.Issuing.Issue(Shape());

    internal static X509EnhancedKeyUsageExtension Purpose(string oid) => new([new Oid(oid)], critical: false);

    /// <summary>RFC 8705 §2.2: the registration is the key.</summary>
    internal static void BeSelfSigned(TestAgency agency, SoftCertificate certificate)
    {
        agency.Metadata["token_endpoint_auth_method"] = "self_signed_tls_client_auth";
        agency.Metadata["jwks"] = new JsonObject { ["keys"] = new JsonArray(certificate.ToJwk()) };
    }

    /// <summary>RFC 8705 §2.1: the registration is one name.</summary>
    internal static void BeCertified(TestAgency agency, string kind, string value)
    {
        agency.Metadata["token_endpoint_auth_method"] = "tls_client_auth";
        agency.Metadata["tls_client_auth_" + kind] = value;
        agency.Metadata.Remove("jwks");
    }
}
