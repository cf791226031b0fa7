using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc;

/// <summary>RFC 6749 §4.1.2.1 and §5.2: a client that asks for a scope it has not registered is told <c>invalid_scope</c>.</summary>
/// <remarks>The engine says <c>invalid_request</c>, and lets <c>openid</c> and <c>offline_access</c> pass unregistered.</remarks>
internal sealed class CheckClientScopes<TContext>(ClientCatalog clients) : IOpenIddictServerHandler<TContext>
    where TContext : BaseValidatingContext
{
    public ValueTask HandleAsync(TContext context)
    {
        var request = context.Transaction.Request!;
        var asked = request.GetScopes();
        if (asked.Length > 0 && clients.Find(request.ClientId) is { } client && asked.Except(client.Metadata.Scopes).Any())
        {
            context.Refuse(TargetRefusals.ScopeNotRegistered);
        }

        return ValueTask.CompletedTask;
    }
}
