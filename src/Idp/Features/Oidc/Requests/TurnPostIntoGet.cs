using Microsoft.AspNetCore;
using Microsoft.AspNetCore.WebUtilities;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Requests;

/// <summary>
/// OpenID Connect Core §3.1.2.1 allows POST, but a form of another site brings no session cookie along: the browser
/// comes again by itself. Nothing is read and nothing is used up before.
/// </summary>
internal sealed class TurnPostIntoGet : IOpenIddictServerHandler<ExtractAuthorizationRequestContext>
{
    /// <summary>What servers and proxies on the way take as an address. Longer requests are to be pushed.</summary>
    private const int LongestAddress = 7000;

    public ValueTask HandleAsync(ExtractAuthorizationRequestContext context)
    {
        var http = context.Transaction.GetHttpRequest()!.HttpContext;
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            return ValueTask.CompletedTask;
        }

        var address = QueryHelpers.AddQueryString(
            "/connect/authorize",
            context.Transaction.Request!.GetParameters().SelectMany(
                p => (System.Collections.Immutable.ImmutableArray<string?>?)p.Value ?? [],
                (p, value) => KeyValuePair.Create(p.Key, value)));
        if (address.Length > LongestAddress)
        {
            context.Refuse(RequestRefusals.TooLong);
            return ValueTask.CompletedTask;
        }

        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = address;
        http.Response.Headers.CacheControl = "no-store";
        context.HandleRequest();
        return ValueTask.CompletedTask;
    }
}
