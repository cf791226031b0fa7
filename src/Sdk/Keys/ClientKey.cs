using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
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
internal sealed record PublicJwk(string Kty, string? Crv, string? X, string? Y, string Kid, string? Alg, string? Use)
{
    /// <summary>RFC 7518 §6.3.1, of the RSA key in a certificate.</summary>
    public string? N { get; init; }

    /// <summary>RFC 7518 §6.3.1, of the RSA key in a certificate.</summary>
    public string? E { get; init; }

    /// <summary>RFC 7517 §4.7: the certificate, in base64 (not base64url).</summary>
    public IReadOnlyList<string>? X5c { get; init; }
}

/// <summary>RFC 7517 §5.</summary>
internal sealed record PublicJwks(IReadOnlyList<PublicJwk> Keys)
{
    /// <summary>A member that a key does not have is not there.</summary>
    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
}
