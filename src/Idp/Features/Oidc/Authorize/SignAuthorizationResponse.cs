using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Keys;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Authorize;

/// <summary>
/// JARM §2.1: the whole answer, errors too, becomes one signed parameter <c>response</c>. Where it goes was decided before
/// and does not change.
/// </summary>
internal sealed class SignAuthorizationResponse(ClientCatalog clients, SignedAnswers answers)
    : IOpenIddictServerHandler<ApplyAuthorizationResponseContext>
{
    public async ValueTask HandleAsync(ApplyAuthorizationResponseContext context)
    {
        if (string.IsNullOrEmpty(context.RedirectUri) || !ResponseMode.IsSigned(context.ResponseMode)
            || clients.Find(context.Request?.ClientId) is not { } client)
        {
            return;
        }

        var claims = SignedAnswers.ClaimsOf(context.Response);
        claims.Remove(Parameters.Iss);
        var response = await answers.CreateAsync(
            client.Metadata.AuthorizationSignedResponseAlg ?? RingKey.Es256, type: null, client.Id, Lifetimes.SignedResponse, claims,
            context.CancellationToken);
        context.Transaction.Response = new OpenIddictResponse { ["response"] = response };
        context.ResponseMode = context.ResponseMode == ResponseMode.FormPostJwt ? ResponseModes.FormPost : ResponseModes.Query;
    }
}
