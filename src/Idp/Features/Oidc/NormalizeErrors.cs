using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc;

/// <summary>Errors as the specifications name them, with the address of our own page about them instead of the engine's.</summary>
internal sealed class NormalizeErrors(IOptions<IdpOptions> options) : IOpenIddictServerHandler<ProcessErrorContext>
{
    public ValueTask HandleAsync(ProcessErrorContext context)
    {
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

        // What is wrong with a code or a refresh token is renamed by the engine after this.
        var error = context is { EndpointType: OpenIddictServerEndpointType.Token, Response.Error: Errors.InvalidToken }
            ? Errors.InvalidGrant
            : context.Response.Error;
        context.Response.ErrorUri = ErrorCodes.Address(options.Value.Issuer, ErrorCodes.For(error));
        return ValueTask.CompletedTask;
    }
}
