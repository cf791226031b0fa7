using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using Moi.Identity.Idp.Features.SignIn;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Authorize;

/// <summary>Some clients may only use requests that they pushed (RFC 9126 §6).</summary>
internal sealed class RequirePushedRequest(ClientCatalog clients) : IOpenIddictServerHandler<ValidateAuthorizationRequestContext>
{
    public ValueTask HandleAsync(ValidateAuthorizationRequestContext context)
    {
        // A resumed transaction was held to this rule when it began.
        var isAccepted = !string.IsNullOrEmpty(context.Request.RequestUri)
            || context.Transaction.GetProperty<SignInTransaction>(typeof(SignInTransaction).FullName!) is not null;
        if (!isAccepted && clients.Find(context.ClientId) is { RequiresPushedRequests: true })
        {
            context.Refuse(RequestRefusals.MustPush);
        }

        return ValueTask.CompletedTask;
    }
}
