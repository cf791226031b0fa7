using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Http.Features;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc;

/// <summary>No protocol message is longer than this; a longer one is not read, and none is stored.</summary>
internal sealed class LimitBody : IOpenIddictServerHandler<ProcessRequestContext>
{
    private const int MostBytes = 64 * 1024;

    public ValueTask HandleAsync(ProcessRequestContext context)
    {
        if (context.EndpointType == OpenIddictServerEndpointType.Unknown)
        {
            return ValueTask.CompletedTask;
        }

        var http = context.Transaction.GetHttpRequest()!.HttpContext;
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MostBytes;
        }

        if (http.Request.ContentLength > MostBytes)
        {
            context.Transaction.Request = new();
            context.Refuse(RequestRefusals.TooLarge);
        }

        return ValueTask.CompletedTask;
    }
}
