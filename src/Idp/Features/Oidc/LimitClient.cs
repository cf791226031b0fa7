using Microsoft.AspNetCore;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.ClientAuthentication;
using Moi.Identity.Idp.Web.Limits;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc;

/// <summary>
/// Counts what a client asks for once it has proved who it is, so that nobody can use up another's share. Who has only said
/// its name shares with its own address. No code or token has been looked at yet: none is lost by waiting.
/// </summary>
internal sealed class LimitClient(RequestLimiter limiter, ClientCatalog clients) : IOpenIddictServerHandler<ProcessAuthenticationContext>
{
    public async ValueTask HandleAsync(ProcessAuthenticationContext context)
    {
        if (!RequireRegisteredMethod.IsClientEndpoint(context.EndpointType))
        {
            return;
        }

        var http = context.Transaction.GetHttpRequest()!.HttpContext;
        if (LimitRequests.Sender(http) is not { } address || clients.Find(context.Transaction.Request?.ClientId) is not { } client)
        {
            return;
        }

        var sender = client.Metadata.TokenEndpointAuthMethod == "none" ? client.Id + ":" + address : client.Id;
        if (limiter.Add(LimitRule.RequestsPerClient, sender) is { } wait)
        {
            await LimitRequests.RefuseAsync(http, wait);
            context.HandleRequest();
        }
    }
}
