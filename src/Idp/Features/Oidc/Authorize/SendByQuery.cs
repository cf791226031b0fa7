using Microsoft.AspNetCore;
using Microsoft.AspNetCore.WebUtilities;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Authorize;

/// <summary>
/// Sends the browser to the client with the answer in the address. FAPI 2.0 Security Profile §5.3.2.2: with 303, which no
/// browser takes as "send that form again".
/// </summary>
internal sealed class SendByQuery : IOpenIddictServerHandler<ApplyAuthorizationResponseContext>
{
    public ValueTask HandleAsync(ApplyAuthorizationResponseContext context)
    {
        if (string.IsNullOrEmpty(context.RedirectUri) || context.ResponseMode != ResponseModes.Query)
        {
            return ValueTask.CompletedTask;
        }

        var response = context.Transaction.GetHttpRequest()!.HttpContext.Response;
        response.StatusCode = StatusCodes.Status303SeeOther;
        response.Headers.Location = QueryHelpers.AddQueryString(context.RedirectUri, AnswerFields.Of(context.Response));
        context.HandleRequest();
        return ValueTask.CompletedTask;
    }
}
