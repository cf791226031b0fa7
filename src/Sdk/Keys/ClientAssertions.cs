using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Moi.Identity.Keys;

/// <summary>RFC 7523 §2.2 and OpenID Connect Core §9, <c>private_key_jwt</c>.</summary>
internal sealed class ClientAssertions(ClientKeys keys, IOptions<MoiIdentityOptions> options, TimeProvider time)
{
    internal const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private static readonly JsonWebTokenHandler Writer = new() { SetDefaultTimesOnTokenCreation = false };

    /// <param name="issuer">The provider's issuer, exactly as discovered: the one audience of the assertion.</param>
    internal string Create(string issuer)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return Writer.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = "client-authentication+jwt",
            Issuer = options.Value.ClientId,
            // SECURITY: the issuer, never an endpoint. An attacker's provider could name another provider's token endpoint
            // in its discovery document and replay the assertion there (CVE-2025-27370).
            Audience = issuer,
            IssuedAt = now,
            Expires = now.AddSeconds(60),
            Claims = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["sub"] = options.Value.ClientId,
                ["jti"] = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(16)),
            },
            SigningCredentials = keys.Signing.Credentials,
        });
    }
}
