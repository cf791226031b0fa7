using Moi.Identity.Idp.Features.ErrorCatalogue;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Requests;

/// <summary>RFC 9101 §10.2: a signed request that has a <c>jti</c> is good once, on all server processes together.</summary>
/// <remarks>Last of all checks, so that a client may correct what else is wrong and try again.</remarks>
internal sealed class ConsumeRequestObject<TContext>(ReplayCache replay) : IOpenIddictServerHandler<TContext>
    where TContext : BaseValidatingContext
{
    public async ValueTask HandleAsync(TContext context)
    {
        if (context.Transaction.GetProperty<SignedRequest>(typeof(SignedRequest).FullName!) is not { JwtId: { } jti } request)
        {
            return;
        }

        if (!await replay.TryUseAsync("request-object", request.ClientId, jti, request.ExpiresAt, context.CancellationToken))
        {
            context.Refuse(RequestObjectRefusals.Used);
        }
    }
}
