using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Moi.Identity.Idp.Storage;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Requests;

/// <summary>RFC 9101 §10.2: a signed request that has a <c>jti</c> is good once, on all server processes together.</summary>
/// <remarks>Last of all checks, so that a client may correct what else is wrong and try again.</remarks>
internal sealed class ConsumeRequestObject<TContext>(IShortLivedStore store, TimeProvider time) : IOpenIddictServerHandler<TContext>
    where TContext : BaseValidatingContext
{
    private static readonly byte[] Mark = [1];

    public async ValueTask HandleAsync(TContext context)
    {
        if (context.Transaction.GetProperty<SignedRequest>(typeof(SignedRequest).FullName!) is not { JwtId: { } jti } request)
        {
            return;
        }

        var key = "request-object:" + Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(request.ClientId + "\n" + jti)));
        var lifetime = request.ExpiresAt - time.GetUtcNow() + (2 * Lifetimes.ClockSkew);
        if (!await store.TryAddAsync(key, Mark, lifetime, context.CancellationToken))
        {
            context.Reject(Errors.InvalidRequestObject, "The request object has been used before.");
        }
    }
}
