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
/// For pushed requests and tokens last of all checks: a client whose request is refused for another reason may correct
/// it and try again with the same assertion. For questions about tokens as soon as the client is known, because an
/// invalid token is an answer there and not an error.
/// </remarks>
internal sealed class ConsumeAssertion<TContext>(IShortLivedStore store, TimeProvider time) : IOpenIddictServerHandler<TContext>
    where TContext : BaseValidatingContext
{
    private static readonly byte[] Mark = [1];

    public async ValueTask HandleAsync(TContext context)
    {
        var isLater = context is ProcessAuthenticationContext
            && context.EndpointType is (OpenIddictServerEndpointType.Token or OpenIddictServerEndpointType.PushedAuthorization);
        if (isLater || context.Transaction.GetProperty<VerifiedAssertion>(typeof(VerifiedAssertion).FullName!) is not { } assertion)
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
