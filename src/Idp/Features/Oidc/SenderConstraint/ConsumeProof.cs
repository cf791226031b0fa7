using Moi.Identity.Idp.Storage;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.SenderConstraint;

/// <summary>RFC 9449 §11.1: uses the proof up, on all server processes at once, when everything else about the request is right.</summary>
internal sealed class ConsumeProof<TContext>(IShortLivedStore store, TimeProvider time) : IOpenIddictServerHandler<TContext>
    where TContext : BaseValidatingContext
{
    private static readonly byte[] Mark = [1];

    public async ValueTask HandleAsync(TContext context)
    {
        if (context.Transaction.GetProof() is not { } proof)
        {
            return;
        }

        // The processes' clocks may differ: none may forget it while another would still accept it.
        var lifetime = proof.ReplayableUntil(DpopPolicy.Rules) - time.GetUtcNow() + Lifetimes.ClockSkew;
        if (!await store.TryAddAsync("dpop:" + proof.ReplayKey, Mark, lifetime, context.CancellationToken))
        {
            context.Reject("invalid_dpop_proof", "The DPoP proof has been used before: make a new one for each request.");
        }
    }
}
