using System.Buffers.Text;
using System.Security.Claims;
using System.Security.Cryptography;
using OpenIddict.Abstractions;

namespace Moi.Identity.Idp.Features.Oidc.Tokens;

/// <summary>How a token names its grant.</summary>
internal static class TokenClaims
{
    private const int GrantBytes = 16;
    private const int RandomBytes = 16;

    /// <summary>The grant of a code or a refresh token.</summary>
    internal static Guid? GetGrantId(this ClaimsPrincipal principal)
        => Guid.TryParse(principal.GetAuthorizationId(), out var id) ? id : null;

    /// <summary>
    /// A <c>jti</c> that names the grant to us and says nothing to others, so that an access token needs no row and no
    /// claim of its own for that.
    /// </summary>
    internal static string NewJwtId(Guid grantId)
    {
        Span<byte> bytes = stackalloc byte[GrantBytes + RandomBytes];
        grantId.TryWriteBytes(bytes);
        RandomNumberGenerator.Fill(bytes[GrantBytes..]);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>The grant of an access token whose signature was verified.</summary>
    internal static Guid? GetGrantIdOfAccessToken(this ClaimsPrincipal principal)
    {
        var jti = principal.GetClaim(OpenIddictConstants.Claims.JwtId);
        return jti is not null && Base64Url.IsValid(jti, out var length) && length == GrantBytes + RandomBytes
            ? new Guid(Base64Url.DecodeFromChars(jti).AsSpan(0, GrantBytes))
            : null;
    }
}
