using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.Oidc;

/// <summary>
/// What a client has signed and may use once, on all server processes together: client assertions, request objects, DPoP proofs.
/// </summary>
internal sealed class ReplayCache(IShortLivedStore store, TimeProvider time)
{
    private static readonly byte[] Mark = [1];

    /// <summary>Uses it up; of any number of uses one succeeds.</summary>
    /// <param name="kind">What it is: the same id of another kind is another thing.</param>
    /// <param name="signer">Whose id it is: the client, or the key.</param>
    /// <param name="id">The <c>jti</c>.</param>
    /// <param name="until">When it stops being good by itself.</param>
    /// <param name="ct">Cancellation.</param>
    /// <remarks>
    /// The clocks of the processes, and the client's, may differ: none may forget it while another would still accept it.
    /// </remarks>
    internal async ValueTask<bool> TryUseAsync(string kind, string signer, string id, DateTimeOffset until, CancellationToken ct)
        => await store.TryAddAsync(
            kind + ":" + Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(signer + "\n" + id))), Mark,
            until - time.GetUtcNow() + (2 * Lifetimes.ClockSkew), ct);
}
