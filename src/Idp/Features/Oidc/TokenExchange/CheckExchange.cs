using System.Security.Claims;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using Moi.Identity.Idp.Features.Oidc.Grants;
using Moi.Identity.Idp.Features.Oidc.Resources;
using Moi.Identity.Idp.Features.Oidc.SenderConstraint;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.TokenExchange;

/// <summary>An exchange that may happen.</summary>
internal sealed record CheckedExchange(
    ClaimsPrincipal SubjectToken, GrantState Grant, Client Caller, Client Target, IReadOnlyList<string> Scopes);

/// <summary>
/// RFC 8693 §2.1, §2.2.2: a service passes a citizen's token on to another service, if the other one's registration lets
/// it. Whatever is wrong with the subject token is one <c>invalid_request</c>.
/// </summary>
internal sealed class CheckExchange(ClientCatalog clients, LiveTokens tokens) : IOpenIddictServerHandler<ValidateTokenRequestContext>
{
    public async ValueTask HandleAsync(ValidateTokenRequestContext context)
    {
        if (!context.Request.IsTokenExchangeGrantType())
        {
            return;
        }

        var caller = clients.Find(context.ClientId);
        if (caller is null || context.SubjectTokenPrincipal is not { } token || !MayUse(caller, token, context.Transaction))
        {
            context.Refuse(ExchangeRefusals.NotYours);
            return;
        }

        // SECURITY: T6. The grant, the citizen, the passkey and every service on the way are asked again, at every exchange.
        if (await tokens.FindAsync(token, context.CancellationToken) is not { Grant: { } grant })
        {
            context.Refuse(ExchangeRefusals.NotGood);
            return;
        }

        if (ActorChain.Of(token).Count >= ActorChain.Longest)
        {
            context.Refuse(ExchangeRefusals.TooFar.With(ActorChain.Longest));
            return;
        }

        string[] targets = [.. context.Request.GetResources().Union(context.Request.GetAudiences())];
        if (targets.Length != 1 || clients.OwnerOf(targets[0]) is not { Resource: { } resource } target
            || !resource.ExchangeClients.Contains(caller.Id))
        {
            context.Refuse(ExchangeRefusals.Target);
            return;
        }

        var scopes = context.Request.GetScopes();
        if (scopes.Length == 0 || scopes.Any(scope => !resource.Scopes.Any(known => known.Name == scope)))
        {
            context.Refuse(ExchangeRefusals.Scopes);
            return;
        }

        context.Transaction.SetProperty(
            typeof(CheckedExchange).FullName!, new CheckedExchange(token, grant, caller, target, scopes));
    }

    /// <summary>
    /// The service that the token is for, or the client that it was issued to. SECURITY: the latter holds the key to which a
    /// token may be bound, and has to show it, as at every other use (RFC 9449 §7.1, RFC 8705 §3). The service has seen the proof.
    /// </summary>
    private static bool MayUse(Client caller, ClaimsPrincipal token, OpenIddictServerTransaction transaction)
        => (caller.Resource is { } own && token.HasAudience(own.Identifier))
            || (token.HasPresenter(caller.Id) && CheckConfirmation.FindFault(token, transaction) is null);
}
