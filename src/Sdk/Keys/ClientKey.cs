using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Moi.Identity.Keys;

/// <summary>One P-256 key pair of this client. Its identifier is the RFC 7638 thumbprint of its public half.</summary>
internal sealed class ClientKey
{
    private readonly ECParameters _public;

    internal ClientKey(ECDsa pair)
    {
        _public = pair.ExportParameters(includePrivateParameters: false);
        var key = new ECDsaSecurityKey(pair);
        Kid = Base64UrlEncoder.Encode(key.ComputeJwkThumbprint());
        key.KeyId = Kid;
        Credentials = new SigningCredentials(key, SecurityAlgorithms.EcdsaSha256);
    }

    internal string Kid { get; }

    internal SigningCredentials Credentials { get; }

    /// <summary>RFC 7517 §4, RFC 7518 §6.2.1: the public half alone.</summary>
    internal PublicJwk ToPublicJwk() =>
        new("EC", "P-256", Base64UrlEncoder.Encode(_public.Q.X), Base64UrlEncoder.Encode(_public.Q.Y), Kid, "ES256", "sig");

    public override string ToString() => Kid;
}

/// <summary>A public key as it is published; there is no member for a private one.</summary>
internal sealed record PublicJwk(string Kty, string Crv, string X, string Y, string Kid, string Alg, string Use);

/// <summary>RFC 7517 §5.</summary>
internal sealed record PublicJwks(IReadOnlyList<PublicJwk> Keys);
