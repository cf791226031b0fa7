using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using OpenIddict.Abstractions;
using OpenIddict.Server;
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
                context.Refuse(TargetRefusals.ScopeUnknown);
                return ValueTask.CompletedTask;
            }
        }

        return ValueTask.CompletedTask;
    }
}
