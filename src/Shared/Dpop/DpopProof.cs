using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Moi.Identity.Dpop;

/// <summary>A DPoP proof that passed RFC 9449 §4.3, as far as one message tells. Still to do by the receiver: take <see cref="ReplayKey"/> from its replay cache.</summary>
/// <remarks>Shared source: the identity provider and the package for agencies compile this very folder.</remarks>
/// <param name="Jkt">The thumbprint of the key that made it (RFC 7638, SHA-256).</param>
/// <param name="Jti">The proof's own name, 1 to 256 characters.</param>
/// <param name="IssuedAt">When it was made, by the sender's clock.</param>
/// <param name="Nonce">Its nonce, if it has one.</param>
internal sealed record DpopProof(string Jkt, string Jti, DateTimeOffset IssuedAt, string? Nonce)
{
    /// <summary>About 400 characters with P-256, 2500 with RSA of 4096 bits.</summary>
    private const int LongestProof = 8192;
    private const int LongestJti = 256;

    /// <summary>The name of this proof in a replay cache: short, whatever the sender chose. Each key has names of its own.</summary>
    internal string ReplayKey => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(Jkt + "." + Jti)));

    /// <summary>From this moment on the proof is too old anyway: how long a replay cache remembers it.</summary>
    internal DateTimeOffset ReplayableUntil(DpopRules rules) => IssuedAt + rules.Past + TimeSpan.FromSeconds(1);

    /// <summary>RFC 9449 §4.3, "Checking DPoP Proofs". Nothing that a sender can send becomes an exception.</summary>
    internal static DpopResult Check(DpopRequest request, DpopRules rules, DateTimeOffset now)
    {
        // 1. "There is not more than one DPoP HTTP request header field."
        if (request.Headers.Count != 1)
        {
            return request.Headers.Count == 0 ? DpopError.Missing : DpopError.SeveralHeaders;
        }

        // 2. "The DPoP HTTP request header field value is a single and well-formed JWT."
        if (request.Headers[0] is not { Length: > 0 } text)
        {
            return DpopError.Missing;
        }

        if (text.Length > LongestProof)
        {
            return DpopError.TooLong;
        }

        if (text.Split('.') is not [var encodedHeader, var encodedClaims, var encodedSignature]
            || StrictText.Base64UrlBytes(encodedSignature) is not { Length: > 0 } signature
            || !StrictText.TryReadObject(StrictText.Base64UrlBytes(encodedHeader), out var headerJson))
        {
            return DpopError.Malformed;
        }

        using var headerOwner = headerJson;
        if (!StrictText.TryReadObject(StrictText.Base64UrlBytes(encodedClaims), out var claimsJson))
        {
            return DpopError.Malformed;
        }

        using var claimsOwner = claimsJson;
        var header = headerJson.RootElement;
        var claims = claimsJson.RootElement;

        // 4. "The typ JOSE Header Parameter has the value dpop+jwt."
        if (header.String("typ") != "dpop+jwt")
        {
            return DpopError.WrongType;
        }

        // 5. "The alg JOSE Header Parameter indicates a registered asymmetric digital signature algorithm, is not none, is supported by
        //    the application, and is acceptable per local policy."
        if (header.String("alg") is not { } algorithm || !rules.Algorithms.Contains(algorithm, StringComparer.Ordinal))
        {
            return DpopError.AlgorithmNotAllowed;
        }

        // RFC 7515 §4.1.11: an extension that must be understood and is not makes the signature invalid. None is understood here.
        if (header.TryGetProperty("crit", out _))
        {
            return DpopError.CriticalHeader;
        }

        // 6. "The JWT signature verifies with the public key contained in the jwk JOSE Header Parameter."
        // 7. "The jwk JOSE Header Parameter does not contain a private key."
        if (!header.TryGetProperty("jwk", out var jwk) || jwk.ValueKind != JsonValueKind.Object)
        {
            return DpopError.KeyMissing;
        }

        var (thumbprint, wrongKey) = DpopKey.Verify(jwk, algorithm, Encoding.ASCII.GetBytes(encodedHeader + "." + encodedClaims), signature);
        if (thumbprint is null)
        {
            return wrongKey;
        }

        // 8. "The htm claim matches the HTTP method of the current request." Methods are case-sensitive (RFC 9110 §9.1).
        if (claims.String("htm") != request.Method)
        {
            return DpopError.MethodMismatch;
        }

        // 9. "The htu claim matches the HTTP URI value for the HTTP request in which the JWT was received, ignoring any query and fragment parts."
        if (claims.String("htu") is not { } htu
            || HttpAddress.Normalise(htu) is not { } address
            || address != HttpAddress.Normalise(request.Address))
        {
            return DpopError.AddressMismatch;
        }

        // 3. "All required claims per Section 4.2 are contained in the JWT." htm and htu were, iat is below.
        if (claims.String("jti") is not { Length: > 0 and <= LongestJti } jti)
        {
            return DpopError.JtiMissing;
        }

        // 10. "If the server provided a nonce value to the client, the nonce claim matches the server-provided nonce value."
        var nonce = claims.String("nonce");
        if (request.AcceptsNonce is { } acceptsNonce && (nonce is null || !acceptsNonce(nonce)))
        {
            return nonce is null ? DpopError.NonceMissing : DpopError.NonceMismatch;
        }

        // 11. "The creation time of the JWT … is within an acceptable window (see Section 11.1)."
        if (claims.Time("iat") is not { } issuedAt)
        {
            return DpopError.TimeMissing;
        }

        // RFC 7519 §4.1.4 and §4.1.5: exp and nbf are heeded where a sender adds them.
        if (issuedAt < now - rules.Past || issuedAt > now + rules.Future
            || IsNoTimeOr(claims, "exp", time => time <= now - rules.Future)
            || IsNoTimeOr(claims, "nbf", time => time > now + rules.Future))
        {
            return DpopError.TimeOutsideWindow;
        }

        // 12. "If presented to a protected resource in conjunction with an access token: ensure that the value of the ath claim equals the
        //     hash of that access token, and confirm that the public key to which the access token is bound matches the public key from the
        //     DPoP proof."
        if (request.AccessToken is { } token && claims.String("ath") != HashOf(token))
        {
            return DpopError.AccessTokenHashMismatch;
        }

        if (request.BoundTo is { } bound && bound != thumbprint)
        {
            return DpopError.KeyMismatch;
        }

        return new DpopResult(new DpopProof(thumbprint, jti, issuedAt, nonce), null);
    }

    /// <summary>RFC 9449 §4.2: "the base64url encoding … of the SHA-256 … hash of the ASCII encoding of the associated access token's value".</summary>
    internal static string HashOf(string accessToken) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)));

    private static bool IsNoTimeOr(JsonElement claims, string claim, Func<DateTimeOffset, bool> isWrong) =>
        claims.TryGetProperty(claim, out _) && (claims.Time(claim) is not { } time || isWrong(time));
}

/// <summary>A proof, or why there is none.</summary>
internal readonly record struct DpopResult(DpopProof? Proof, DpopError? Error)
{
    [MemberNotNullWhen(true, nameof(Proof))]
    [MemberNotNullWhen(false, nameof(Error))]
    internal bool Succeeded => Proof is not null;

    public static implicit operator DpopResult(DpopError error) => new(null, error);
}
