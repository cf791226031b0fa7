using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication.OAuth.Claims;

namespace Moi.Identity.SignIn;

/// <summary>
/// OpenID Connect Core §5.3.2: adds what UserInfo says about the citizen, and drops what was only of use to the protocol.
/// What the ID token already says is kept: it is signed, UserInfo is not.
/// </summary>
internal sealed class UserInfoClaims() : ClaimAction("*", ClaimValueTypes.String)
{
    private static readonly HashSet<string> OfTheProtocol = new(StringComparer.Ordinal)
    {
        "iss", "aud", "azp", "exp", "nbf", "iat", "jti", "nonce", "at_hash", "c_hash", "s_hash", "typ", "client_id",
    };

    private static readonly HashSet<string> OfTheIdTokenOnly = new(StringComparer.Ordinal) { "sub", "acr", "amr", "auth_time", "sid" };

    public override void Run(JsonElement userData, ClaimsIdentity identity, string issuer)
    {
        ArgumentNullException.ThrowIfNull(identity);
        foreach (var claim in identity.Claims.Where(c => OfTheProtocol.Contains(c.Type)).ToList())
        {
            identity.RemoveClaim(claim);
        }

        if (userData.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var member in userData.EnumerateObject())
        {
            if (OfTheProtocol.Contains(member.Name) || OfTheIdTokenOnly.Contains(member.Name) || identity.HasClaim(c => c.Type == member.Name))
            {
                continue;
            }

            var values = member.Value.ValueKind == JsonValueKind.Array ? member.Value.EnumerateArray().ToArray() : [member.Value];
            foreach (var value in values.Where(v => v.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)))
            {
                identity.AddClaim(new Claim(member.Name, value.ToString(), ClaimValueTypes.String, issuer));
            }
        }
    }
}
