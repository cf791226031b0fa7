using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.TokenExchange;

/// <summary>
/// The possession of a key to which a subject token is bound cannot be proved again by the service that received it: it
/// has seen the proof (RFC 9449 §7.1, RFC 8705 §3), as when it asks about a token. <see cref="CheckExchange"/> decides, and
/// has the token's own client show the key.
/// </summary>
internal sealed class ReadSubjectToken : IOpenIddictServerHandler<ValidateTokenContext>
{
    public ValueTask HandleAsync(ValidateTokenContext context)
    {
        if (context.EndpointType == OpenIddictServerEndpointType.Token && context.Request?.IsTokenExchangeGrantType() == true
            && !context.ValidTokenTypes.Contains(TokenTypeIdentifiers.Private.ClientAssertion))
        {
            context.DisableProofOfPossessionValidation = true;
        }

        return ValueTask.CompletedTask;
    }
}
