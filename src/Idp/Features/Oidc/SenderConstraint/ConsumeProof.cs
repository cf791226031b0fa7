using Moi.Identity.Idp.Features.ErrorCatalogue;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.SenderConstraint;

/// <summary>RFC 9449 §11.1: uses the proof up, on all server processes at once, when everything else about the request is right.</summary>
internal sealed class ConsumeProof<TContext>(ReplayCache replay) : IOpenIddictServerHandler<TContext>
    where TContext : BaseValidatingContext
{
    public async ValueTask HandleAsync(TContext context)
    {
        if (context.Transaction.GetProof() is not { } proof)
        {
            return;
        }

        if (!await replay.TryUseAsync("dpop", proof.Jkt, proof.Jti, proof.ReplayableUntil(DpopPolicy.Rules), context.CancellationToken))
        {
            context.Refuse(SenderRefusals.ProofUsed);
        }
    }
}
