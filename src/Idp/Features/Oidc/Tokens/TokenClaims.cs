using System.Buffers.Text;
using System.Security.Claims;
using System.Security.Cryptography;
using Moi.Identity.Idp.Features.Oidc.Requests;
using OpenIddict.Abstractions;

namespace Moi.Identity.Idp.Features.Oidc.Tokens;

/// <summary>How a token names its grant, and what else only this server reads.</summary>
internal static class TokenClaims
{
    /// <summary>In codes and refresh tokens: all authorization details that were granted, as JSON text.</summary>
    internal const string Details = "moi_details";

    /// <summary>In access tokens for userinfo: claims that were asked for one by one.</summary>
    internal const string UserInfoClaims = "userinfo_claims";

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

    /// <summary>The authorization details of an access token whose signature was verified, as the text of a JSON array.</summary>
    internal static string? GetDetails(this ClaimsPrincipal principal)
        => principal.FindAll(AuthorizationDetails.Parameter).Select(claim => claim.Value).ToList() is { Count: > 0 } each
            ? "[" + string.Join(',', each) + "]"
            : null;
}
