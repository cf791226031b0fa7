using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Keys;
using Moi.Identity.Idp.Features.Oidc.Notices;
using Moi.Identity.Idp.Features.Oidc.Tokens;

namespace Moi.Identity.Idp.Features.Oidc.SecurityEvents;

/// <summary>Security event tokens: RFC 8417, profiled by the Shared Signals Framework 1.0 §4.</summary>
internal sealed class SecurityEventTokens(SigningKeyRing ring, IOptions<IdpOptions> options)
{
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>
    /// The token of a notice. Sent again it has the same <c>jti</c> and <c>iat</c>: it is the same event. Neither <c>sub</c> nor
    /// <c>exp</c> may be in it, so that nobody takes it for another kind of token.
    /// </summary>
    internal async Task<string> CreateAsync(Notice notice, CancellationToken ct)
    {
        var payload = JsonNode.Parse(notice.Details)!.AsObject();
        payload["event_timestamp"] = notice.CreatedAt.ToUnixTimeSeconds();
        var claims = new JsonObject
        {
            ["iss"] = options.Value.Issuer,
            ["aud"] = notice.ClientId,
            ["iat"] = notice.CreatedAt.ToUnixTimeSeconds(),
            ["jti"] = Id(notice),
            ["sub_id"] = Subject(notice),
            ["events"] = new JsonObject { [SecurityEventTypes.Of(notice.Kind)] = payload },
        };
        return _handler.CreateToken(
            claims.ToJsonString(), await ring.CredentialsForAsync(notice.Alg, ct),
            new Dictionary<string, object> { [JwtHeaderParameterNames.Typ] = "secevent+jwt" });
    }

    /// <summary>How the client names the event when it acknowledges it.</summary>
    internal static string Id(Notice notice) => notice.Id.ToString("N");

    /// <summary>
    /// RFC 9493: the citizen by issuer and the subject that this client knows. An event about a session names that too (a complex
    /// subject); without it, it would be about all of the citizen's sessions.
    /// </summary>
    private JsonObject Subject(Notice notice)
    {
        var citizen = new JsonObject { ["format"] = "iss_sub", ["iss"] = options.Value.Issuer, ["sub"] = notice.Subject };
        return notice.Sid is null
            ? citizen
            : new JsonObject
            {
                ["format"] = "complex",
                ["user"] = citizen,
                ["session"] = new JsonObject { ["format"] = "opaque", ["id"] = AgencySessionId.Of(notice.Sid, notice.Subject) },
            };
    }
}
