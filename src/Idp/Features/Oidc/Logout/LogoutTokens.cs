using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Moi.Identity.Idp.Features.Oidc.Keys;
using Moi.Identity.Idp.Features.Oidc.Notices;
using Moi.Identity.Idp.Features.Oidc.Tokens;

namespace Moi.Identity.Idp.Features.Oidc.Logout;

/// <summary>OpenID Connect Back-Channel Logout 1.0 §2.4.</summary>
internal sealed class LogoutTokens(SigningKeyRing ring, IOptions<IdpOptions> options, TimeProvider time)
{
    private const string Event = "http://schemas.openid.net/event/backchannel-logout";

    /// <summary>§2.4: "RECOMMENDED to have a lifetime of at most two minutes".</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);

    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    internal async Task<string> CreateAsync(Notice notice, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = "logout+jwt",
            Issuer = options.Value.Issuer,
            Audience = notice.ClientId,
            IssuedAt = now.UtcDateTime,
            Expires = (now + Lifetime).UtcDateTime,
            Claims = new Dictionary<string, object>
            {
                ["jti"] = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)),
                ["sub"] = notice.Subject,
                ["sid"] = AgencySessionId.Of(notice.Sid!, notice.Subject),
                ["events"] = new Dictionary<string, object> { [Event] = new Dictionary<string, object>() },
            },
            SigningCredentials = await ring.CredentialsForAsync(notice.Alg, ct),
        });
    }
}
