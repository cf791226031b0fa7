using System.Security.Claims;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Moi.Identity.BackChannel;
using Moi.Identity.Dpop;

namespace Moi.Identity.Api;

/// <summary>RFC 9068 §4, "Validating JWT Access Tokens".</summary>
internal sealed class ApiTokens : IDisposable
{
    private static readonly JsonWebTokenHandler Reader = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = 16 * 1024 };
    private static readonly string[] Texts = ["iss", "sub", "client_id", "jti"];

    private readonly MoiIdentityApiOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly Discovery _discovery;
    private readonly TokenValidationParameters _rules;

    public ApiTokens(IOptions<MoiIdentityApiOptions> options, TimeProvider time, ILogger<Discovery> logger)
    {
        _options = options.Value;
        _time = time;
        var handler = Loopback.CreateHandler(_options.Authority);
        _options.ConfigureBackChannel?.Invoke(handler);
        _http = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(10), MaxResponseContentBufferSize = 1024 * 1024 };
        _discovery = new Discovery(_options.Authority, _options.UnsafeAllowHttp, _http, time, logger);
        _rules = Rules();
    }

    /// <returns>The caller, and what the token is bound to: its <c>cnf</c> member, if it has one.</returns>
    /// <exception cref="ApiRefusedException">A step failed.</exception>
    internal async Task<(ClaimsIdentity Caller, JsonElement? Confirmation)> ReadAsync(string token, CancellationToken ct)
    {
        var result = await ValidateAsync(token, ct).ConfigureAwait(false);
        if (!result.IsValid)
        {
            throw Refused(result.Exception switch
            {
                SecurityTokenExpiredException => "The access token expired.",
                SecurityTokenInvalidAudienceException => "The access token is for another API.",
                SecurityTokenInvalidTypeException => "The token is no access token (typ at+jwt).",
                _ => "The access token is not valid here.",
            });
        }

        // RFC 8725 §2.4: one reading of the claims, or none.
        if (!StrictText.TryReadObject(StrictText.Base64UrlBytes(((JsonWebToken)result.SecurityToken).EncodedPayload), out var payload))
        {
            throw Refused("The access token's claims are not strict JSON.");
        }

        using (payload)
        {
            // §2.2: "iss REQUIRED … exp REQUIRED … aud REQUIRED … sub REQUIRED … client_id REQUIRED … iat REQUIRED … jti REQUIRED".
            var claims = payload.RootElement;
            if (Texts.Any(claim => claims.String(claim) is not { Length: > 0 })
                || claims.Time("iat") is not { } issued
                || issued > _time.GetUtcNow() + MoiIdentityDefaults.ClockSkew)
            {
                throw Refused("The access token lacks a claim that RFC 9068 requires, or was issued in the future.");
            }

            return (result.ClaimsIdentity, claims.TryGetProperty("cnf", out var confirmation) ? confirmation.Clone() : null);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<TokenValidationResult> ValidateAsync(string token, CancellationToken ct)
    {
        try
        {
            return await _discovery.ValidateAsync(Reader, token, _rules, ct).ConfigureAwait(false);
        }
        catch (DiscoveryFailedException failure)
        {
            throw new ApiUnavailableException(failure);
        }
    }

    private TokenValidationParameters Rules() => new()
    {
        // "The resource server MUST verify that the typ header value is at+jwt or application/at+jwt": the provider writes the first.
        ValidTypes = ["at+jwt"],

        // "The issuer identifier … MUST exactly match the value of the iss claim": the discovered one, which is added with its keys.
        ValidateIssuer = true,

        // "The resource server MUST validate that the aud claim contains a resource indicator value corresponding to an identifier the
        // resource server expects for itself."
        ValidAudience = _options.Audience,
        IgnoreTrailingSlashWhenValidatingAudience = false,

        // "The resource server MUST reject any JWT in which the value of alg is none … MUST use the keys provided by the authorization server."
        RequireSignedTokens = true,
        ValidAlgorithms = _options.EffectiveAlgorithms,
        TryAllIssuerSigningKeys = false,

        // "The current time MUST be before the time represented by the exp claim."
        RequireExpirationTime = true,
        LifetimeValidator = (notBefore, expires, _, _) => IsNow(notBefore, expires),
        AuthenticationType = MoiIdentityDefaults.ApiScheme,
        NameClaimType = "sub",
        RoleClaimType = "roles",
    };

    private bool IsNow(DateTime? notBefore, DateTime? expires)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        return expires is { } end && (notBefore is not { } start || start <= now + MoiIdentityDefaults.ClockSkew)
            && (now < end + MoiIdentityDefaults.ClockSkew ? true : throw new SecurityTokenExpiredException());
    }

    private static ApiRefusedException Refused(string description) => new(ApiRefusal.InvalidToken(description));
}

/// <summary>The provider or the replay cache is away: nobody is let in until they are back.</summary>
internal sealed class ApiUnavailableException(Exception cause) : Exception("MOI067: access tokens cannot be checked: " + cause.Message, cause);
