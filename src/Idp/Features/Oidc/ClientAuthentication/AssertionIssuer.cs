using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Moi.Identity.Idp.Features.Oidc.ClientAuthentication;

/// <summary>Whom a client assertion claims to be from; whether that is so is checked with everything else.</summary>
internal static class AssertionIssuer
{
    internal static string? Read(string? assertion)
    {
        if (string.IsNullOrEmpty(assertion))
        {
            return null;
        }

        try
        {
            return new JsonWebTokenHandler().ReadJsonWebToken(assertion).Issuer is { Length: > 0 } issuer ? issuer : null;
        }
        catch (Exception e) when (e is ArgumentException or SecurityTokenException)
        {
            return null;
        }
    }
}
