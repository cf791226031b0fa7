using Moi.Identity.Idp.Features.ErrorCatalogue;
using Moi.Identity.Idp.Features.Oidc.Grants;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Tokens;

/// <summary>
/// Stores a new refresh token; at a refresh, in one step with spending the old one. This is where a race is decided.
/// </summary>
internal sealed partial class StoreRefreshToken(
    RefreshTokenStore store, GrantStore grants, TimeProvider time, ILogger<StoreRefreshToken> logger)
    : IOpenIddictServerHandler<GenerateTokenContext>
{
    public async ValueTask HandleAsync(GenerateTokenContext context)
    {
        if (context.TokenType != TokenTypeIdentifiers.RefreshToken || context.Principal.GetGrantId() is not { } grantId)
        {
            return;
        }

        var now = time.GetUtcNow();
        var next = new RefreshToken
        {
            Id = Guid.CreateVersion7(now),
            GrantId = grantId,
            CreatedAt = now,
            ExpiresAt = context.Principal.GetExpirationDate() ?? now + Lifetimes.RefreshToken,
        };
        context.Principal.SetTokenId(next.Id.ToString());
        if (!context.Request!.IsRefreshTokenGrantType())
        {
            await store.AddAsync(next, context.CancellationToken);
            return;
        }

        var used = context.Transaction.GetProperty<ProcessAuthenticationContext>(typeof(ProcessAuthenticationContext).FullName!)!
            .RefreshTokenPrincipal!;
        if (!await store.RotateAsync(Guid.Parse(used.GetTokenId()!), next, context.CancellationToken))
        {
            // SECURITY: RFC 9700 §4.14.2. The grant ends, not only this token: the winner's tokens end with it.
            LogReused(logger, context.ClientId);
            await grants.RevokeAsync(grantId, "refresh-token-reused", context.CancellationToken);
            context.Refuse(GrantRefusals.RefreshTokenReused);
        }
    }

    [LoggerMessage(EventId = 5302, Level = LogLevel.Warning, Message = "A refresh token was used twice at once by {ClientId}; its grant is revoked")]
    private static partial void LogReused(ILogger logger, string? clientId);
}
