using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Resources;

/// <summary>Spares the engine the signature of an access token that it has verified before.</summary>
internal sealed class RecallAccessToken(VerifiedTokens verified) : IOpenIddictServerHandler<ValidateTokenContext>
{
    public ValueTask HandleAsync(ValidateTokenContext context)
    {
        if (context.Principal is null && context.ValidTokenTypes.Contains(TokenTypeIdentifiers.AccessToken))
        {
            context.Principal = verified.Recall(context);
        }

        return ValueTask.CompletedTask;
    }
}
