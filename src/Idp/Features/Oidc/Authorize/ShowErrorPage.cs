using Microsoft.AspNetCore;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using Moi.Identity.Idp.Web;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Authorize;

/// <summary>An error that may not be sent anywhere is told to the citizen, on a page of ours.</summary>
internal sealed partial class ShowErrorPage(ClientCatalog clients, ILogger<ShowErrorPage> logger)
    : IOpenIddictServerHandler<ApplyAuthorizationResponseContext>
{
    public async ValueTask HandleAsync(ApplyAuthorizationResponseContext context)
    {
        if (context.Error is null || !string.IsNullOrEmpty(context.RedirectUri))
        {
            return;
        }

        var problem = AuthorizeProblems.For(context.Request, ErrorCodes.At(context.Response.ErrorUri!), clients);
        LogRefused(logger, problem.Code, clients.NameInLog(context.Request?.ClientId), context.Error, context.Response.ErrorDescription);
        await ErrorPage.WriteAsync(context.Transaction.GetHttpRequest()!.HttpContext, problem);
        context.HandleRequest();
    }

    [LoggerMessage(EventId = 5501, Level = LogLevel.Warning, Message = "Authorization request refused with {Code}: client {ClientId}, {Error}, {Description}")]
    private static partial void LogRefused(ILogger logger, string code, string clientId, string error, string? description);
}
