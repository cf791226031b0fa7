using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Moi.Identity.Idp.Storage;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.ClientAuthentication;

/// <summary>Uses the client assertion up, on all server processes at once.</summary>
/// <remarks>
/// Last of all checks: a client whose request is refused for another reason may correct it and try again with the
/// same assertion.
/// </remarks>
internal sealed class ConsumeAssertion<TContext>(IShortLivedStore store, TimeProvider time) : IOpenIddictServerHandler<TContext>
    where TContext : BaseValidatingContext
{
    private static readonly byte[] Mark = [1];

    public async ValueTask HandleAsync(TContext context)
    {
        if (context.Transaction.GetProperty<VerifiedAssertion>(typeof(VerifiedAssertion).FullName!) is not { } assertion)
        {
            return;
        }

        var key = "assertion:" + Base64Url.EncodeToString(
            SHA256.HashData(Encoding.UTF8.GetBytes(assertion.ClientId + "\n" + assertion.JwtId)));
        var lifetime = assertion.ExpiresAt - time.GetUtcNow() + (2 * Lifetimes.ClockSkew);
        if (!await store.TryAddAsync(key, Mark, lifetime, context.CancellationToken))
        {
            context.Reject(Errors.InvalidClient, "The client assertion has been used before.");
        }
    }
}
