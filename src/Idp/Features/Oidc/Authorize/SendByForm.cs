using Microsoft.AspNetCore;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Web;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Authorize;

/// <summary>What the page that hands over to the client shows and sends.</summary>
internal sealed record FormPost(string Address, string? Service, IReadOnlyList<KeyValuePair<string, string?>> Fields);

/// <summary>
/// OAuth 2.0 Form Post Response Mode: a page whose form holds the answer. A small script of ours sends it; without
/// JavaScript, the citizen presses the button.
/// </summary>
internal sealed class SendByForm(ClientCatalog clients) : IOpenIddictServerHandler<ApplyAuthorizationResponseContext>
{
    public async ValueTask HandleAsync(ApplyAuthorizationResponseContext context)
    {
        if (string.IsNullOrEmpty(context.RedirectUri) || context.ResponseMode != ResponseModes.FormPost)
        {
            return;
        }

        var http = context.Transaction.GetHttpRequest()!.HttpContext;
        var client = clients.Find(context.Request?.ClientId)?.Metadata;
        SecurityHeaders.AllowFormRedirectTo(http, context.RedirectUri);
        await View.WriteAsync(
            http, "/Features/Oidc/Authorize/FormPost.cshtml",
            new FormPost(
                context.RedirectUri, Languages.Current == Languages.English ? client?.NameEn : client?.NameZh, AnswerFields.Of(context.Response)),
            StatusCodes.Status200OK);
        context.HandleRequest();
    }
}
