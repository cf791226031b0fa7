using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Moi.Identity.Keys;

namespace Moi.Identity.Dpop;

/// <summary>RFC 9449 §4.2: a proof for one request, made anew for every attempt.</summary>
internal sealed class DpopProofs(DpopNonces nonces, TimeProvider time)
{
    internal const string Scheme = "DPoP";
    internal const string HeaderName = "DPoP";

    private static readonly JsonWebTokenHandler Writer = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>Puts the proof into the request, with the newest nonce of the server it goes to.</summary>
    internal void Attach(HttpRequestMessage request, ClientKey key, string? accessToken = null)
    {
        request.Headers.Remove(HeaderName);
        request.Headers.Add(HeaderName, Create(key, request.Method, request.RequestUri!, accessToken, nonces.For(request.RequestUri!)));
    }

    internal string Create(ClientKey key, HttpMethod method, Uri address, string? accessToken, string? nonce)
    {
        var claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["jti"] = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(16)),
            ["htm"] = method.Method,

            // "The HTTP target URI … without query and fragment parts."
            ["htu"] = address.GetLeftPart(UriPartial.Path),
        };
        if (accessToken is not null)
        {
            claims["ath"] = DpopProof.HashOf(accessToken);
        }

        if (nonce is not null)
        {
            claims["nonce"] = nonce;
        }

        var jwk = key.ToPublicJwk();
        return Writer.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = "dpop+jwt",
            AdditionalHeaderClaims = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["jwk"] = new Dictionary<string, object>(StringComparer.Ordinal)
                {
                    ["kty"] = jwk.Kty,
                    ["crv"] = jwk.Crv!,
                    ["x"] = jwk.X!,
                    ["y"] = jwk.Y!,
                },
            },
            IssuedAt = time.GetUtcNow().UtcDateTime,
            Claims = claims,
            SigningCredentials = key.Credentials,
        });
    }
}
