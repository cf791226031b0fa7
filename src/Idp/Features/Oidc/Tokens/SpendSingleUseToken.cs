using Moi.Identity.Idp.Features.ErrorCatalogue;
using Moi.Identity.Idp.Features.Oidc.Authorize;
using Moi.Identity.Idp.Features.Oidc.Grants;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Tokens;

/// <summary>
/// Takes a code or a pushed request out of the store before anything about it is checked: a failed attempt uses it up.
/// </summary>
internal sealed partial class SpendSingleUseToken(SingleUseTokens tokens, GrantStore grants, ILogger<SpendSingleUseToken> logger)
    : IOpenIddictServerHandler<ValidateTokenContext>
{
    public async ValueTask HandleAsync(ValidateTokenContext context)
    {
        if (context.ValidTokenTypes.Count != 1)
        {
            return;
        }

        var kind = context.ValidTokenTypes.Single();
        if (kind is not (TokenTypeIdentifiers.Private.AuthorizationCode or TokenTypeIdentifiers.Private.RequestToken))
        {
            return;
        }

        // SECURITY: the grant as it is before the code is spent is what CheckGrant looks at. Of any number of uses at once exactly one
        // succeeds: the others can end the grant only after one has spent the code, and by then that one has seen it.
        if (SingleUseTokens.GrantOf(context.Token) is { } grantId && grantId != Guid.Empty
            && await grants.FindAsync(grantId, context.CancellationToken) is { } grant)
        {
            context.Transaction.SetProperty(typeof(GrantState).FullName!, grant);
        }

        var spending = await tokens.SpendAsync(kind, context.Token, context.CancellationToken);
        if (spending?.Payload is { } payload)
        {
            context.Token = payload;
            return;
        }

        if (spending is { SpentBefore: true } && spending.GrantId != Guid.Empty)
        {
            // SECURITY: RFC 9700 §4.5. Two parties hold the code; we cannot tell who is the right one, so neither keeps
            // anything.
            LogReused(logger, context.Request?.ClientId);
            await grants.RevokeAsync(spending.GrantId, "code-reused", context.CancellationToken);
        }

        // SECURITY: nothing but a reference is accepted; the payload itself, read from the store, is worth nothing.
        context.Refuse(kind == TokenTypeIdentifiers.Private.AuthorizationCode ? GrantRefusals.Code : AuthorizeProblems.PushedRequestExpired);
    }

    [LoggerMessage(EventId = 5301, Level = LogLevel.Warning, Message = "An authorization code was used twice by {ClientId}; its grant is revoked")]
    private static partial void LogReused(ILogger logger, string? clientId);
}
