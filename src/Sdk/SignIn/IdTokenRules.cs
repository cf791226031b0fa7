using System.IdentityModel.Tokens.Jwt;
using Microsoft.IdentityModel.Tokens;
using Moi.Identity.Assurance;
using Moi.Identity.Pages;

namespace Moi.Identity.SignIn;

/// <summary>OpenID Connect Core §3.1.3.7, "ID Token Validation": what is asked of the token library, and the steps it leaves to us.</summary>
internal static class IdTokenRules
{
    internal static TokenValidationParameters Parameters(MoiIdentityOptions options, TimeProvider time) => new()
    {
        // 2. Issuer: exactly the discovered one, which the handler adds. 3. Audience.
        ValidateIssuer = true,
        ValidateAudience = true,
        ValidAudience = options.ClientId,

        // 6-7. Signature, by the algorithms registered for this client; never none, never a symmetric one.
        RequireSignedTokens = true,
        ValidateIssuerSigningKey = true,
        TryAllIssuerSigningKeys = false,
        ValidAlgorithms = options.ValidAlgorithms,

        // 9. "The current time MUST be before the time represented by the exp Claim."
        RequireExpirationTime = true,
        ClockSkew = MoiIdentityDefaults.ClockSkew,
        LifetimeValidator = (notBefore, expires, _, parameters) =>
        {
            var now = time.GetUtcNow().UtcDateTime;
            return expires is { } end && now < end + parameters.ClockSkew && (notBefore is not { } start || start <= now + parameters.ClockSkew);
        },

        // RFC 8725 §3.11: an access token or a logout token is not an ID token.
        TypeValidator = (type, _, _) => string.IsNullOrEmpty(type) || type.Equals("JWT", StringComparison.OrdinalIgnoreCase)
            ? "JWT"
            : throw new SecurityTokenInvalidTypeException($"typ is {type}"),
        NameClaimType = "nickname",
        RoleClaimType = "roles",
    };

    /// <summary>The steps after the signature; the nonce (11) is the handler's, compared with the cookie.</summary>
    internal static void Require(JwtSecurityToken token, string clientId, StepUp? asked, DateTimeOffset now)
    {
        // 3. "The ID Token MUST be rejected if … it contains additional audiences not trusted by the Client."
        if (token.Audiences.Any(audience => audience != clientId))
        {
            throw Refused("aud names another client");
        }

        // 5. "If an azp (authorized party) Claim is present, the Client SHOULD verify that its client_id is the Claim Value."
        if (token.Payload.TryGetValue("azp", out var azp) && !Equals(azp, clientId))
        {
            throw Refused("azp names another client");
        }

        // 10. "The iat Claim can be used to reject tokens that were issued too far away from the current time."
        var age = now.UtcDateTime - token.Payload.IssuedAt;
        if (token.Payload.IssuedAt == default || age > MoiIdentityDefaults.IdTokenMaximumAge || age < -MoiIdentityDefaults.ClockSkew)
        {
            throw Refused("iat is missing, too old or in the future");
        }

        // 11. "If a nonce value was sent in the Authentication Request, a nonce Claim MUST be present." We always send one.
        if (string.IsNullOrEmpty(token.Payload.Nonce))
        {
            throw Refused("nonce is missing");
        }

        // 12-13. acr and auth_time, against what this very request asked for.
        if (asked is not null && !StepUp.IsReached(token.Payload.Acr, AuthTime(token), asked.Level, asked.MaxAge, now))
        {
            throw new SignInRefusedException(
                SignInProblem.AssuranceNotReached,
                $"asked for {Acr.Of(asked.Level)} within {asked.MaxAge?.ToString() ?? "any time"}; the answer is not that");
        }
    }

    private static DateTimeOffset? AuthTime(JwtSecurityToken token) =>
        token.Payload.AuthTime is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    private static SignInRefusedException Refused(string detail) => new(SignInProblem.IdTokenRefused, "ID token: " + detail);
}
