using System.Globalization;
using System.Security.Claims;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using Moi.Identity.Idp.Features.Passkeys;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Tokens;

/// <summary>
/// Tokens say the level that is left when they are made: the highest counts for minutes, and a refresh token lives for weeks. A client
/// whose registration demands more now than the citizen reached then gets none.
/// </summary>
internal sealed class LimitAssurance(ClientCatalog clients, TimeProvider time) : IOpenIddictServerHandler<ProcessSignInContext>
{
    public ValueTask HandleAsync(ProcessSignInContext context)
    {
        if (context.EndpointType != OpenIddictServerEndpointType.Token
            || context.Principal?.GetClaim(Claims.AuthenticationContextReference) is not { } reached)
        {
            return ValueTask.CompletedTask;
        }

        if (clients.Find(context.ClientId)?.Metadata.MinimumAcr is { } minimum && !AssuranceLevels.Meets(reached, minimum))
        {
            context.Refuse(GrantRefusals.LevelTooLow);
            return ValueTask.CompletedTask;
        }

        foreach (var principal in (ClaimsPrincipal?[])[context.AccessTokenPrincipal, context.IdentityTokenPrincipal])
        {
            if (principal?.GetClaim(Claims.AuthenticationTime) is { } authTime)
            {
                principal.SetClaim(
                    Claims.AuthenticationContextReference,
                    AssuranceLevels.At(
                        reached, DateTimeOffset.FromUnixTimeSeconds(long.Parse(authTime, CultureInfo.InvariantCulture)), time.GetUtcNow()));
            }
        }

        return ValueTask.CompletedTask;
    }
}
