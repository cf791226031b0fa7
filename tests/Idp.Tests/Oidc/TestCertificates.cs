using System.Buffers.Text;
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

    internal static JsonObject Jwk(SoftCertificate certificate)
    {
        if (certificate.Key is RSA rsa)
        {
            var numbers = rsa.ExportParameters(false);
            return new JsonObject { ["kty"] = "RSA", ["kid"] = "c1", ["n"] = Base64Url.EncodeToString(numbers.Modulus), ["e"] = Base64Url.EncodeToString(numbers.Exponent) };
        }

        var q = ((ECDsa)certificate.Key).ExportParameters(false).Q;
        return new JsonObject
        {
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["kid"] = "c1",
            ["x"] = Base64Url.EncodeToString(q.X),
            ["y"] = Base64Url.EncodeToString(q.Y),
            ["x5c"] = new JsonArray(Convert.ToBase64String(certificate.Der)),
        };
    }

    /// <summary>RFC 8705 §2.2: the registration is the key.</summary>
    internal static void BeSelfSigned(TestAgency agency, SoftCertificate certificate)
    {
        agency.Metadata["token_endpoint_auth_method"] = "self_signed_tls_client_auth";
        agency.Metadata["jwks"] = new JsonObject { ["keys"] = new JsonArray(Jwk(certificate)) };
    }

    /// <summary>RFC 8705 §2.1: the registration is one name.</summary>
    internal static void BeCertified(TestAgency agency, string kind, string value)
    {
        agency.Metadata["token_endpoint_auth_method"] = "tls_client_auth";
        agency.Metadata["tls_client_auth_" + kind] = value;
        agency.Metadata.Remove("jwks");
    }
}
