using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using Moi.Identity.Idp.Features.Oidc.Grants;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Tokens;

/// <summary>
/// At every redemption: the grant, the citizen and the passkey are still good, and the refresh token has not been used.
/// </summary>
/// <remarks>For a code the grant has been read by <see cref="SpendSingleUseToken"/>, before the code was spent.</remarks>
internal sealed partial class CheckGrant(GrantStore grants, ClientCatalog clients, ILogger<CheckGrant> logger)
    : IOpenIddictServerHandler<ValidateTokenRequestContext>
{
    public async ValueTask HandleAsync(ValidateTokenRequestContext context)
    {
        if (context is { AuthorizationCodePrincipal: null, DeviceCodePrincipal: null, RefreshTokenPrincipal: null })
        {
            return;
        }

        var grant = await FindAsync(context);
        if (grant is not { IsValid: true } || grant.ClientId != context.ClientId)
        {
            context.Refuse(GrantRefusals.Ended);
            return;
        }

        if (context.RefreshTokenPrincipal is null)
        {
            return;
        }

        if (grant.RefreshStatus == (int)RefreshTokenStatus.Valid)
        {
            // The registration has changed since.
            if (clients.Find(grant.ClientId) is not { MayGoOffline: true })
            {
                context.Refuse(GrantRefusals.NotOffline);
            }

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

    private async ValueTask<GrantState?> FindAsync(ValidateTokenRequestContext context)
    {
        if (context.AuthorizationCodePrincipal is not null)
        {
            return context.Transaction.GetProperty<GrantState>(typeof(GrantState).FullName!);
        }

        if ((context.DeviceCodePrincipal ?? context.RefreshTokenPrincipal)!.GetGrantId() is not { } grantId)
        {
            return null;
        }

        return context.RefreshTokenPrincipal is not { } refresh ? await grants.FindAsync(grantId, context.CancellationToken)
            : Guid.TryParse(refresh.GetTokenId(), out var id) ? await grants.FindAsync(grantId, id, context.CancellationToken)
            : null;
    }

    [LoggerMessage(EventId = 5304, Level = LogLevel.Warning, Message = "A refresh token was used again by {ClientId}; its grant is revoked")]
    private static partial void LogReused(ILogger logger, string? clientId);
}
