using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Resources;

/// <summary>Only access and refresh tokens can be asked about or revoked.</summary>
/// <remarks>
/// SECURITY: the engine would also read codes and ID tokens here; a code outside its single-use record must not be read.
/// </remarks>
internal sealed class LimitTokenTypes : IOpenIddictServerHandler<ValidateTokenContext>
{
    public ValueTask HandleAsync(ValidateTokenContext context)
    {
        if (context.EndpointType is OpenIddictServerEndpointType.Introspection or OpenIddictServerEndpointType.Revocation
            && !context.ValidTokenTypes.Contains(TokenTypeIdentifiers.Private.ClientAssertion))
        {
            context.ValidTokenTypes.IntersectWith([TokenTypeIdentifiers.AccessToken, TokenTypeIdentifiers.RefreshToken]);
        }

        return ValueTask.CompletedTask;
    }
}
