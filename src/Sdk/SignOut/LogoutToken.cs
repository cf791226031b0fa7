using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Moi.Identity.BackChannel;

namespace Moi.Identity.SignOut;

/// <summary>A logout token that passed OpenID Connect Back-Channel Logout 1.0 §2.6.</summary>
/// <param name="Sid">The session to end, when it names one.</param>
/// <param name="Subject">The citizen whose sessions end, when it names one.</param>
/// <param name="Jti">The token's own name, by which a replay is known.</param>
/// <param name="IssuedAt">Sign-ins up to this moment are ended.</param>
/// <param name="Expires">How long a replay must be expected.</param>
internal sealed record LogoutToken(string? Sid, string? Subject, string Jti, DateTimeOffset IssuedAt, DateTimeOffset Expires)
{
    private const string Event = "http://schemas.openid.net/event/backchannel-logout";

    /// <summary>§4 recommends "at most two minutes"; an hour bounds how long a <c>jti</c> must be remembered.</summary>
    private static readonly TimeSpan LongestLife = TimeSpan.FromHours(1);

    private static readonly JsonWebTokenHandler Reader = new() { MapInboundClaims = false };

    /// <exception cref="LogoutTokenRefusedException">A step of §2.6 failed; the message names it.</exception>
    internal static async Task<LogoutToken> ReadAsync(
        string text, MoiIdentityOptions options, Discovery provider, DateTimeOffset now, CancellationToken ct)
    {
        // 1-2. Decryption is not agreed with the provider: an encrypted token is refused as unreadable.
        // 3. "Validate the Logout Token signature in the same way that an ID Token signature is validated."
        // 4. "Validate the alg (algorithm) Header Parameter in the same way it is validated for ID Tokens."
        // 5. "Validate the iss, aud, iat, and exp Claims in the same way they are validated in ID Tokens."
        var result = await provider.ValidateAsync(Reader, text, Rules(options, now), ct).ConfigureAwait(false);
        if (!result.IsValid)
        {
            throw new LogoutTokenRefusedException(result.Exception?.GetType().Name ?? "unreadable");
        }

        var token = (JsonWebToken)result.SecurityToken;
        using var payload = Parse(token.EncodedPayload);
        var claims = payload.RootElement;
        Require(token.Audiences.All(audience => audience == options.ClientId), "aud names another client");
        var issuedAt = Time(claims, "iat");
        Require(issuedAt <= now + MoiIdentityDefaults.ClockSkew, "iat is in the future");
        var expires = Time(claims, "exp");
        Require(expires - now <= LongestLife, "exp is more than an hour away");

        // 6. "Verify that the Logout Token contains a sub Claim, a sid Claim, or both."
        var sid = Text(claims, "sid");
        var subject = Text(claims, "sub");
        Require(sid is not null || subject is not null, "neither sub nor sid");

        // 7. "Verify that the Logout Token contains an events Claim whose value is a JSON object containing the member name
        //     http://schemas.openid.net/event/backchannel-logout." §2.4: its value "MUST be a JSON object".
        Require(
            claims.TryGetProperty("events", out var events)
                && events.ValueKind == JsonValueKind.Object
                && events.TryGetProperty(Event, out var member)
                && member.ValueKind == JsonValueKind.Object,
            "events is not the back-channel logout event");

        // 8. "Verify that the Logout Token does not contain a nonce Claim." SECURITY: an ID token is no logout token.
        Require(!claims.TryGetProperty("nonce", out _), "nonce is present");

        // 9. "Optionally verify that another Logout Token with the same jti value has not been recently received." The endpoint does.
        return new LogoutToken(sid, subject, Text(claims, "jti") ?? throw new LogoutTokenRefusedException("jti is missing"), issuedAt, expires);

        // 10-11. Comparing sub and sid with recent ID tokens is what ending sessions by index amounts to.
    }

    private static TokenValidationParameters Rules(MoiIdentityOptions options, DateTimeOffset now) => new()
    {
        ValidateIssuer = true,
        ValidAudience = options.ClientId,
        ValidAlgorithms = options.ValidAlgorithms,
        TryAllIssuerSigningKeys = false,
        RequireSignedTokens = true,
        RequireExpirationTime = true,

        // §2.4: "It is RECOMMENDED that … the typ value be logout+jwt"; here it is required (RFC 8725 §3.11).
        ValidTypes = ["logout+jwt"],
        LifetimeValidator = (_, expires, _, _) => expires is { } end && now.UtcDateTime < end + MoiIdentityDefaults.ClockSkew,
    };

    private static JsonDocument Parse(string payload)
    {
        try
        {
            return JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(payload), new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException)
        {
            throw new LogoutTokenRefusedException("the claims are no strict JSON");
        }
    }

    private static string? Text(JsonElement claims, string claim)
    {
        if (!claims.TryGetProperty(claim, out var value))
        {
            return null;
        }

        Require(value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and <= 512 }, claim + " is not a short text");
        return value.GetString();
    }

    private static DateTimeOffset Time(JsonElement claims, string claim)
    {
        var seconds = 0L;
        Require(
            claims.TryGetProperty(claim, out var value)
                && value.ValueKind == JsonValueKind.Number
                && value.TryGetInt64(out seconds)
                && seconds > 0
                && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds(),
            claim + " is missing or no time");
        return DateTimeOffset.FromUnixTimeSeconds(seconds);
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new LogoutTokenRefusedException(otherwise);
        }
    }
}

internal sealed class LogoutTokenRefusedException(string step) : Exception(step);
