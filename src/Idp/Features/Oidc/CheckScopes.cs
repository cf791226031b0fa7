using Moi.Identity.Idp.Features.Clients;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc;

/// <summary>Only scopes that exist can be asked for.</summary>
internal sealed class CheckScopes<TContext>(ClientCatalog clients) : IOpenIddictServerHandler<TContext>
    where TContext : BaseValidatingContext
{
    public ValueTask HandleAsync(TContext context)
    {
        foreach (var scope in context.Transaction.Request!.GetScopes())
        {
            if (!clients.HasScope(scope))
            {
                context.Reject(Errors.InvalidScope, "A scope that was asked for does not exist.");
                return ValueTask.CompletedTask;
            }
        }

        return ValueTask.CompletedTask;
    }
}
