using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc;

/// <summary>Errors as the specifications name them, without addresses of the engine's vendor.</summary>
internal sealed class NormalizeErrors : IOpenIddictServerHandler<ProcessErrorContext>
{
    public ValueTask HandleAsync(ProcessErrorContext context)
    {
        context.Response.ErrorUri = null;

        // RFC 8693 §2.2.2: whatever is wrong with the subject token.
        if (context is { Response.Error: Errors.InvalidToken, EndpointType: OpenIddictServerEndpointType.Token }
            && context.Transaction.Request?.IsTokenExchangeGrantType() == true)
        {
            context.Response.Error = Errors.InvalidRequest;
        }

        // RFC 6749 §5.2 and RFC 9126 §2.3 know no invalid_token; RFC 6750, which does, is about resources.
        if (context.Response.Error == Errors.InvalidToken
            && context.EndpointType is OpenIddictServerEndpointType.PushedAuthorization or OpenIddictServerEndpointType.Authorization)
        {
            context.Response.Error = Errors.InvalidRequest;
        }

        return ValueTask.CompletedTask;
    }
}
