using Moi.Identity.Idp.Features.ErrorCatalogue;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.ClientAuthentication;

/// <summary>Uses the client assertion up, on all server processes at once.</summary>
/// <remarks>
/// For pushed requests and tokens last of all checks: a client whose request is refused for another reason may correct
/// it and try again with the same assertion. For questions about tokens as soon as the client is known, because an
/// invalid token is an answer there and not an error.
/// </remarks>
internal sealed class ConsumeAssertion<TContext>(ReplayCache replay) : IOpenIddictServerHandler<TContext>
    where TContext : BaseValidatingContext
{
    public async ValueTask HandleAsync(TContext context)
    {
        var isLater = context is ProcessAuthenticationContext
            && context.EndpointType is (OpenIddictServerEndpointType.Token or OpenIddictServerEndpointType.PushedAuthorization);
        if (isLater || context.Transaction.GetProperty<VerifiedAssertion>(typeof(VerifiedAssertion).FullName!) is not { } assertion)
        {
            return;
        }

        if (!await replay.TryUseAsync("assertion", assertion.ClientId, assertion.JwtId, assertion.ExpiresAt, context.CancellationToken))
        {
            context.Refuse(ClientRefusals.AssertionUsed);
        }
    }
}
