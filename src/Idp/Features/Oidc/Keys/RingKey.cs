using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.Tokens;

namespace Moi.Identity.Idp.Features.Oidc.Keys;

/// <summary>A signing key as it is used: imported once.</summary>
internal sealed record RingKey(string Kid, string Alg, SigningCredentials Credentials, JsonObject PublicJwk)
{
    internal const string Es256 = SecurityAlgorithms.EcdsaSha256;
    internal const string Ps256 = SecurityAlgorithms.RsaSsaPssSha256;
    internal const string Rs256 = SecurityAlgorithms.RsaSha256;

    /// <summary>In the order in which discovery names them; the first is the default.</summary>
    internal static readonly IReadOnlyList<string> Algorithms = [Es256, Ps256, Rs256];

    /// <summary>Makes a new key pair.</summary>
    /// <returns>The key and its private part as PKCS #8.</returns>
    internal static (RingKey Key, byte[] Private) Create(string alg)
    {
        if (alg == Es256)
        {
            var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            return (From(alg, ecdsa), ecdsa.ExportPkcs8PrivateKey());
        }

        var rsa = RSA.Create(2048);
        return (From(alg, rsa), rsa.ExportPkcs8PrivateKey());
    }

    /// <summary>Imports the private part.</summary>
    internal static RingKey Import(string alg, byte[] pkcs8)
    {
        if (alg == Es256)
        {
            var ecdsa = ECDsa.Create();
            ecdsa.ImportPkcs8PrivateKey(pkcs8, out _);
            return From(alg, ecdsa);
        }

        var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(pkcs8, out _);
        return From(alg, rsa);
    }

    private static RingKey From(string alg, AsymmetricAlgorithm algorithm)
    {
        var jwk = new JsonObject { ["kty"] = algorithm is ECDsa ? "EC" : "RSA" };
        SecurityKey key;
        if (algorithm is ECDsa ecdsa)
        {
            var point = ecdsa.ExportParameters(includePrivateParameters: false).Q;
            jwk["crv"] = "P-256";
            jwk["x"] = Base64UrlEncoder.Encode(point.X);
            jwk["y"] = Base64UrlEncoder.Encode(point.Y);
            key = new ECDsaSecurityKey(ecdsa);
        }
        else
        {
            var rsa = (RSA)algorithm;
            var parameters = rsa.ExportParameters(includePrivateParameters: false);
            jwk["n"] = Base64UrlEncoder.Encode(parameters.Modulus);
            jwk["e"] = Base64UrlEncoder.Encode(parameters.Exponent);
            key = new RsaSecurityKey(rsa);
        }

        var kid = Base64UrlEncoder.Encode(key.ComputeJwkThumbprint());
        key.KeyId = kid;
        jwk["use"] = "sig";
        jwk["alg"] = alg;
        jwk["kid"] = kid;
        return new RingKey(kid, alg, new SigningCredentials(key, alg), jwk);
    }
}
