using System.Buffers.Text;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Moi.Identity.Idp.Storage;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Moi.Identity.Idp.Features.Oidc.Resources;

/// <summary>
/// Access tokens that were given back one by one (RFC 7009), because they have no grant that could end, or one that is
/// not theirs alone. A mark for each stays in the short-lived store as long as the token would have lived.
/// </summary>
internal sealed class RevokedTokens(IShortLivedStore store, TimeProvider time)
{
    private static readonly byte[] Mark = [1];

    internal async ValueTask AddAsync(ClaimsPrincipal token, CancellationToken ct)
    {
        if (token.GetExpirationDate() - time.GetUtcNow() is { } left && left > TimeSpan.Zero)
        {
            await store.SetAsync(Key(token), Mark, left + Lifetimes.ClockSkew, ct);
        }
    }

    internal async ValueTask<bool> ContainsAsync(ClaimsPrincipal token, CancellationToken ct)
        => await store.GetAsync(Key(token), ct) is not null;

    private static string Key(ClaimsPrincipal token)
        => "revoked:" + Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(token.GetClaim(Claims.JwtId) ?? "")));
}
