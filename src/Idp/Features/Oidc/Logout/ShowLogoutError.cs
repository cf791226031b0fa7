using Microsoft.AspNetCore;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Web;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Logout;

/// <summary>A logout request that is wrong is told on a page of ours; nobody is sent anywhere.</summary>
internal sealed partial class ShowLogoutError(ClientCatalog clients, ILogger<ShowLogoutError> logger) : IOpenIddictServerHandler<ApplyEndSessionResponseContext>
{
    public async ValueTask HandleAsync(ApplyEndSessionResponseContext context)
    {
        if (context.Error is null)
        {
            return;
        }

        LogRefused(logger, LogoutProblems.Refused.Code, clients.NameInLog(context.Request?.ClientId), context.Response.ErrorDescription);
        await ErrorPage.WriteAsync(context.Transaction.GetHttpRequest()!.HttpContext, LogoutProblems.Refused);
        context.HandleRequest();
    }

    [LoggerMessage(EventId = 5502, Level = LogLevel.Warning, Message = "Logout request refused with {Code}: client {ClientId}, {Description}")]
    private static partial void LogRefused(ILogger logger, string code, string clientId, string? description);
}
