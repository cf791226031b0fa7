using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc;

/// <summary>Errors as the specifications name them, with the address of our own page about their reason instead of the engine's.</summary>
internal sealed class NormalizeErrors(IOptions<IdpOptions> options) : IOpenIddictServerHandler<ProcessErrorContext>
{
    public ValueTask HandleAsync(ProcessErrorContext context)
    {
        var response = context.Response;
        var refusal = Refusing.Read(context.Transaction, response.Error, response.ErrorDescription, response.ErrorUri);
        response.ErrorDescription = refusal.Hint.Length == 0 ? null : refusal.Hint;
        response.ErrorUri = ErrorCodes.Address(options.Value.Issuer, refusal.Code);

        // RFC 8693 §2.2.2: whatever is wrong with the subject token.
        if (context is { Response.Error: Errors.InvalidToken, EndpointType: OpenIddictServerEndpointType.Token }
            && context.Transaction.Request?.IsTokenExchangeGrantType() == true)
        {
            response.Error = Errors.InvalidRequest;
        }

        // RFC 6749 §5.2: invalid_scope is for what "exceeds the scope granted"; invalid_grant would tell a client that its refresh token is dead.
        if (response.Error == Errors.InvalidGrant && refusal.Code == EngineRefusals.MoreThanGranted)
        {
            response.Error = Errors.InvalidScope;
        }

        // RFC 6749 §5.2 and RFC 9126 §2.3 know no invalid_token; RFC 6750, which does, is about resources.
        if (response.Error == Errors.InvalidToken
            && context.EndpointType is OpenIddictServerEndpointType.PushedAuthorization or OpenIddictServerEndpointType.Authorization)
        {
            response.Error = Errors.InvalidRequest;
        }

        return ValueTask.CompletedTask;
    }
}
