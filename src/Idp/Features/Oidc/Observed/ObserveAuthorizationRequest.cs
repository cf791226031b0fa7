using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.SignIn;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Observed;

/// <summary>Notes how an authorization request came, once for each: where it was pushed, or where it arrived directly.</summary>
internal sealed class ObserveAuthorizationRequest<TContext>(ObservedRequests observed, ClientCatalog clients) : IOpenIddictServerHandler<TContext>
    where TContext : BaseValidatingContext
{
    public ValueTask HandleAsync(TContext context)
    {
        var request = context.Transaction.Request!;
        var isPushed = context is ValidatePushedAuthorizationRequestContext;
        var isKnown = !isPushed && (!string.IsNullOrEmpty(request.RequestUri)
            || context.Transaction.GetProperty<SignInTransaction>(typeof(SignInTransaction).FullName!) is not null);
        if (isKnown || clients.Find(request.ClientId) is not { } client)
        {
            return ValueTask.CompletedTask;
        }

        observed.Note(client.Id, Facts.Request, isPushed ? "pushed" : "direct");
        observed.Note(client.Id, Facts.Nonce, string.IsNullOrEmpty(request.Nonce) ? "absent" : "present");
        if (client.RedirectUris.FirstOrDefault(uri => uri == request.RedirectUri) is { } address)
        {
            observed.Note(client.Id, Facts.RedirectUri, address);
        }

        foreach (var scope in request.GetScopes())
        {
            if (clients.HasScope(scope))
            {
                observed.Note(client.Id, Facts.Scope, scope);
            }
        }

        return ValueTask.CompletedTask;
    }
}
