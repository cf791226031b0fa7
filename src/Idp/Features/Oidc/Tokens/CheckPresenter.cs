using Moi.Identity.Idp.Features.ErrorCatalogue;
using Moi.Identity.Idp.Features.Oidc.Grants;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Tokens;

/// <summary>A code or refresh token in the hands of another client has leaked: it is refused and its grant ends.</summary>
internal sealed partial class CheckPresenter(GrantStore grants, ILogger<CheckPresenter> logger)
    : IOpenIddictServerHandler<ValidateTokenRequestContext>
{
    public async ValueTask HandleAsync(ValidateTokenRequestContext context)
    {
        var principal = context.AuthorizationCodePrincipal ?? context.RefreshTokenPrincipal;
        if (principal is null || principal.HasPresenter(context.ClientId ?? ""))
        {
            return;
        }

        LogLeaked(logger, context.ClientId, string.Join(' ', principal.GetPresenters()));
        if (principal.GetGrantId() is { } grantId)
        {
            await grants.RevokeAsync(grantId, "presented-by-another-client", context.CancellationToken);
        }

        context.Refuse(GrantRefusals.OtherClient);
    }

    [LoggerMessage(EventId = 5303, Level = LogLevel.Warning, Message = "{ClientId} presented a code or refresh token of {Owner}; its grant is revoked")]
    private static partial void LogLeaked(ILogger logger, string? clientId, string owner);
}
