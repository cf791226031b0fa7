using System.Globalization;
using System.Security.Claims;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Audit;
using Moi.Identity.Idp.Features.Oidc.Grants;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.TokenExchange;

/// <summary>
/// RFC 8693 §2.2.1: the citizen as the target's agency knows them, on the same grant, for no longer than the token that
/// was exchanged, and with the name of the service that acts for them.
/// </summary>
/// <remarks>
/// An agency that has not met the citizen gets a new subject, as at a first entry. To refuse instead would tell the caller
/// which services a citizen uses.
/// </remarks>
internal sealed class IssueExchangedToken(GrantStore grants, SqlDatabase sql, AuditContextFactory audit, TimeProvider time)
    : IOpenIddictServerHandler<HandleTokenRequestContext>
{
    public async ValueTask HandleAsync(HandleTokenRequestContext context)
    {
        if (context.Transaction.GetProperty<CheckedExchange>(typeof(CheckedExchange).FullName!) is not { } exchange)
        {
            return;
        }

        var (token, grant, caller, target, scopes) = exchange;
        var subject = await grants.FindSubjectAsync(grant.CitizenId, target.Sector, context.CancellationToken)
            ?? await grants.GetSubjectAsync(grant.CitizenId, target.Sector, context.CancellationToken);
        await sql.AppendAsync(
            AuditEvents.TokenExchanged(audit.Create(), grant.CitizenId, caller.Id, grant.Sid, target.Id, string.Join(' ', scopes)),
            context.CancellationToken);

        var identity = new ClaimsIdentity(GrantTypes.TokenExchange, Claims.Name, Claims.Role);
        identity.SetClaim(Claims.Subject, subject)
            .SetClaim(Claims.AuthenticationContextReference, token.GetClaim(Claims.AuthenticationContextReference))
            .SetClaim(Claims.AuthenticationTime, Seconds(token.GetClaim(Claims.AuthenticationTime)))
            .SetClaim(ActorChain.Claim, ActorChain.Extend(token, caller.Id));
        identity.SetDestinations(static claim => claim.Type == Claims.Subject ? [] : [Destinations.AccessToken]);
        var principal = new ClaimsPrincipal(identity);
        principal.SetScopes(scopes);
        principal.SetResources(target.Resource!.Identifier);
        principal.SetAuthorizationId(grant.Id.ToString());
        var left = token.GetExpirationDate()!.Value - time.GetUtcNow();
        principal.SetAccessTokenLifetime(left < caller.Metadata.AccessTokenLifetime ? left : caller.Metadata.AccessTokenLifetime);
        context.Parameters[Parameters.IssuedTokenType] = TokenTypeIdentifiers.AccessToken;
        context.SignIn(principal);
    }

    private static long? Seconds(string? claim)
        => long.TryParse(claim, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : null;
}
