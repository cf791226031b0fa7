using Moi.Identity.Idp.Features.Clients;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.ClientCredentials;

/// <summary>RFC 6749 §4.4: what a client asks for in its own name is something of a protected resource, never of a citizen.</summary>
internal sealed class CheckClientTarget(ClientCatalog clients) : IOpenIddictServerHandler<ValidateTokenRequestContext>
{
    public ValueTask HandleAsync(ValidateTokenRequestContext context)
    {
        if (!context.Request.IsClientCredentialsGrantType())
        {
            return ValueTask.CompletedTask;
        }

        var (target, mistake) = ClientTarget.Find(clients, context.Request.GetScopes(), context.Request.GetResources());
        if (target is null)
        {
            context.Refuse(mistake!);
            return ValueTask.CompletedTask;
        }

        context.Transaction.SetProperty(typeof(ClientTarget).FullName!, target);
        return ValueTask.CompletedTask;
    }
}
