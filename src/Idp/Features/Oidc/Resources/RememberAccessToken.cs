using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Resources;

/// <summary>Comes right behind the engine's verification, before anything is added to what was in the token.</summary>
internal sealed class RememberAccessToken(VerifiedTokens verified) : IOpenIddictServerHandler<ValidateTokenContext>
{
    public ValueTask HandleAsync(ValidateTokenContext context)
    {
        if (context.TokenValidationResult is { IsValid: true } && context.Principal?.HasTokenType(TokenTypeIdentifiers.AccessToken) == true)
        {
            verified.Remember(context);
        }

        return ValueTask.CompletedTask;
    }
}
