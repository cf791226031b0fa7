using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Tokens;

/// <summary>Codes and pushed requests leave the server as short references; their content stays here.</summary>
internal sealed class StoreSingleUseToken(SingleUseTokens tokens) : IOpenIddictServerHandler<GenerateTokenContext>
{
    public async ValueTask HandleAsync(GenerateTokenContext context)
    {
        var lifetime = context.TokenType switch
        {
            TokenTypeIdentifiers.Private.AuthorizationCode => Lifetimes.Code,
            TokenTypeIdentifiers.Private.RequestToken => Lifetimes.PushedRequest,
            _ => TimeSpan.Zero,
        };
        if (lifetime > TimeSpan.Zero)
        {
            context.Token = await tokens.AddAsync(
                context.TokenType, context.Token!, context.Principal.GetGrantId() ?? Guid.Empty, lifetime,
                context.CancellationToken);
        }
    }
}
