using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.Tokens;

namespace Moi.Identity.Idp.Features.Clients;

/// <summary>The public signing keys of a client, imported once: importing costs more than verifying with it.</summary>
internal sealed class ClientKeys
{
    internal const int MostKeys = 20;

    internal static readonly ClientKeys None = new([]);

    private ClientKeys(IReadOnlyList<SecurityKey> keys) => Keys = keys;

    internal IReadOnlyList<SecurityKey> Keys { get; }

    /// <summary>The keys a signature under this <c>kid</c> may be verified with; all of them when it names none.</summary>
    internal IEnumerable<SecurityKey> Matching(string? kid)
        => kid is null ? Keys : Keys.Where(key => key.KeyId == kid);

    /// <summary>RFC 8705 §2.2: whether the key of a certificate is one of them.</summary>
    internal bool Include(X509Certificate2 certificate)
        => PublicKeyOf(certificate) is { } expected && Keys.Any(key => PublicKeyOf(key).AsSpan().SequenceEqual(expected));

    /// <summary>Reads an RFC 7517 key set; keys for other uses are left out, broken ones are mistakes.</summary>
    internal static ClientKeys Read(JsonObject set, string path, Mistakes mistakes)
    {
        if (set["keys"] is not JsonArray list || list.Count is 0 or > MostKeys)
        {
            mistakes.Add(path + ".keys", "keys", $"must be an array of 1 to {MostKeys} keys");
            return None;
        }

        var keys = new List<SecurityKey>();
        for (var i = 0; i < list.Count; i++)
        {
            var at = $"{path}.keys[{i}]";
            try
            {
                if (ReadKey(list[i], at, mistakes) is { } key)
                {
                    keys.Add(key);
                }
            }
            catch (Exception e) when (e is CryptographicException or FormatException or ArgumentException or InvalidOperationException)
            {
                mistakes.Add(at, "key", "is not a valid public key");
            }
        }

        mistakes.Require(
            keys.Count < 2 || (keys.All(k => k.KeyId is not null) && keys.Select(k => k.KeyId).Distinct().Count() == keys.Count),
            path + ".keys", "kid", "of several keys, each needs a kid of its own");
        return new ClientKeys(keys);
    }

    private static AsymmetricSecurityKey? ReadKey(JsonNode? node, string path, Mistakes mistakes)
    {
        if (node is not JsonObject jwk)
        {
            mistakes.Add(path, "type", "must be an object");
            return null;
        }

        if (jwk.ContainsKey("d") || jwk.ContainsKey("k"))
        {
            mistakes.Add(path, "private-key", "holds a private or secret key: replace that key and register its public part only");
            return null;
        }

        if (Text(jwk, "use") is { } use && use != "sig")
        {
            return null;
        }

        AsymmetricSecurityKey? key = Text(jwk, "kty") switch
        {
            "EC" when Text(jwk, "crv") == "P-256" => ReadEc(jwk),
            "RSA" => ReadRsa(jwk, path, mistakes),
            _ => null,
        };
        if (key is null)
        {
            mistakes.Require(
                Text(jwk, "kty") == "RSA", path, "key-type", "must be an EC key on P-256 or an RSA key of 2048 bits or more");
            return null;
        }

        key.KeyId = Text(jwk, "kid");
        CheckCertificate(jwk, key, path, mistakes);
        return key;
    }

    /// <summary>RFC 7517 §4.7: "The key in the first certificate MUST match the public key represented by other members of the JWK."</summary>
    private static void CheckCertificate(JsonObject jwk, AsymmetricSecurityKey key, string path, Mistakes mistakes)
    {
        if (!jwk.TryGetPropertyValue("x5c", out var node))
        {
            return;
        }

        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(Convert.FromBase64String((node as JsonArray)?[0]?.GetValue<string>() ?? ""));
            mistakes.Require(PublicKeyOf(certificate).AsSpan().SequenceEqual(PublicKeyOf(key)), path + ".x5c", "x5c", "is a certificate of another key");
        }
        catch (Exception e) when (e is FormatException or CryptographicException or InvalidOperationException or ArgumentException)
        {
            mistakes.Add(path + ".x5c", "x5c", "must be an array of certificates in base64");
        }
    }

    /// <summary>Both kinds of key in the one form of RFC 5280's SubjectPublicKeyInfo.</summary>
    private static byte[]? PublicKeyOf(X509Certificate2 certificate)
    {
        try
        {
            using var curve = certificate.GetECDsaPublicKey();
            using var rsa = certificate.GetRSAPublicKey();
            return curve?.ExportSubjectPublicKeyInfo() ?? rsa?.ExportSubjectPublicKeyInfo();
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static byte[] PublicKeyOf(SecurityKey key)
        => key is ECDsaSecurityKey curve ? curve.ECDsa.ExportSubjectPublicKeyInfo() : ((RsaSecurityKey)key).Rsa.ExportSubjectPublicKeyInfo();

    private static ECDsaSecurityKey ReadEc(JsonObject jwk)
        => new(ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Bytes(jwk, "x"), Y = Bytes(jwk, "y") },
        }));

    private static RsaSecurityKey? ReadRsa(JsonObject jwk, string path, Mistakes mistakes)
    {
        var rsa = RSA.Create(new RSAParameters { Modulus = Bytes(jwk, "n"), Exponent = Bytes(jwk, "e") });
        var exponent = Bytes(jwk, "e");

        // SECURITY: CVE-2022-21449's neighbours; with exponent 1 every signature verifies.
        var exponentIsSound = exponent.Length is >= 3 and <= 4 && (exponent[^1] & 1) == 1;
        mistakes.Require(rsa.KeySize is >= 2048 and <= 8192, path + ".n", "key-size", "RSA keys need 2048 to 8192 bits");
        mistakes.Require(exponentIsSound, path + ".e", "exponent", "the RSA exponent must be odd and at least 65537");
        if (rsa.KeySize is < 2048 or > 8192 || !exponentIsSound)
        {
            rsa.Dispose();
            return null;
        }

        return new RsaSecurityKey(rsa);
    }

    private static string? Text(JsonObject jwk, string name)
        => jwk[name] is { } node && node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : null;

    private static byte[] Bytes(JsonObject jwk, string name)
        => Base64Url.DecodeFromChars(Text(jwk, name) ?? throw new FormatException(name));
}
