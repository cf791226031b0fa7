using Moi.Identity.Idp.Features.ErrorCatalogue;
using Moi.Identity.Idp.Features.Oidc.Grants;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Tokens;

/// <summary>
/// At every redemption: the grant, the citizen and the passkey are still good, and the refresh token has not been used.
/// </summary>
internal sealed partial class CheckGrant(GrantStore grants, ILogger<CheckGrant> logger)
    : IOpenIddictServerHandler<ValidateTokenRequestContext>
{
    public async ValueTask HandleAsync(ValidateTokenRequestContext context)
    {
        if ((context.AuthorizationCodePrincipal ?? context.DeviceCodePrincipal ?? context.RefreshTokenPrincipal) is not { } principal)
        {
            return;
        }

        Guid? tokenId = context.RefreshTokenPrincipal is { } refresh && Guid.TryParse(refresh.GetTokenId(), out var id) ? id : null;
        var grant = principal.GetGrantId() is { } grantId
            ? await grants.FindAsync(grantId, tokenId, context.CancellationToken)
            : null;
        if (grant is not { IsValid: true } || grant.ClientId != context.ClientId)
        {
            context.Refuse(GrantRefusals.Ended);
            return;
        }

        if (context.RefreshTokenPrincipal is null || grant.RefreshStatus == (int)RefreshTokenStatus.Valid)
        {
            return;
        }

        if (grant.RefreshStatus == (int)RefreshTokenStatus.Redeemed)
        {
            LogReused(logger, context.ClientId);
            await grants.RevokeAsync(grant.Id, "refresh-token-reused", context.CancellationToken);
            context.Refuse(GrantRefusals.RefreshTokenReused);
            return;
        }

        context.Refuse(GrantRefusals.RefreshToken);
    }

    [LoggerMessage(EventId = 5304, Level = LogLevel.Warning, Message = "A refresh token was used again by {ClientId}; its grant is revoked")]
    private static partial void LogReused(ILogger logger, string? clientId);
}
