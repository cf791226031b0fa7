using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Moi.Identity.Keys;

namespace Moi.Identity.BackChannel;

/// <summary>RFC 9101: the authorization request as one signed object, so that the agency cannot deny what it asked for (FAPI 2.0 Message Signing §5.3).</summary>
internal sealed class RequestObjects(ClientKeys keys, IOptions<MoiIdentityOptions> options, TimeProvider time)
{
    private static readonly JsonWebTokenHandler Writer = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>Puts every parameter of the request into the object. RFC 9126 §3: beside it stand only <c>client_id</c> and what authenticates the client.</summary>
    internal Dictionary<string, string> Sign(IReadOnlyDictionary<string, string> request, string issuer)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["jti"] = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(16)),
        };
        foreach (var (name, value) in request)
        {
            // §4: "Parameter names and string values MUST be included as JSON strings. … Numerical values MUST be included as JSON numbers."
            claims[name] = name == "max_age" && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : value;
        }

        var signed = Writer.CreateToken(new SecurityTokenDescriptor
        {
            // §10.8: a type of its own, so that nothing else that this key signs is taken for a request.
            TokenType = "oauth-authz-req+jwt",
            Issuer = options.Value.ClientId,
            Audience = issuer,
            IssuedAt = now,
            NotBefore = now,
            Expires = now.AddSeconds(60),
            Claims = claims,
            SigningCredentials = keys.Signing.Credentials,
        });
        return new Dictionary<string, string>(StringComparer.Ordinal) { ["client_id"] = options.Value.ClientId, ["request"] = signed };
    }
}
