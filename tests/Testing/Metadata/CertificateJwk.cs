using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Moi.Identity.Testing;

/// <summary>A certificate as a member of a client's <c>jwks</c> (RFC 8705 §2.2.2).</summary>
public static class CertificateJwk
{
    /// <summary>Its public key, and with an EC key the certificate itself (<c>x5c</c>).</summary>
    public static JsonObject ToJwk(this SoftCertificate certificate)
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
}
