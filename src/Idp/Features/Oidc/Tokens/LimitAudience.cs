using System.Text.Json.Nodes;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using Moi.Identity.Idp.Features.Oidc.Requests;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Tokens;

/// <summary>
/// An access token says what its audience needs to know: the resources that were granted, or those among them that the
/// token request names, with their scopes and their authorization details. What the client may no longer ask for is left out
/// of it, and of the ID token, whatever was granted before.
/// </summary>
internal sealed class LimitAudience(ClientCatalog clients, Audiences audiences) : IOpenIddictServerHandler<ProcessSignInContext>
{
    public ValueTask HandleAsync(ProcessSignInContext context)
    {
        if (context is not { EndpointType: OpenIddictServerEndpointType.Token, AccessTokenPrincipal: { } token }
            || !(context.Request.IsAuthorizationCodeGrantType() || context.Request.IsDeviceCodeGrantType()
                || context.Request.IsRefreshTokenGrantType()))
        {
            return ValueTask.CompletedTask;
        }

        var client = clients.Find(context.ClientId)!;
        var scopes = token.GetScopes().Where(client.Metadata.Scopes.Contains).ToList();
        var granted = Allowed(client, context.Principal!.GetClaim(TokenClaims.Details));
        IEnumerable<string> named = context.Request.GetResources();
        var audience = audiences.Useful(named.Any() ? named : context.Principal!.GetResources(), scopes, granted);
        if (audience.Count == 0)
        {
            context.Refuse(GrantRefusals.NothingLeft);
            return ValueTask.CompletedTask;
        }

        token.SetAudiences(audience);
        token.SetScopes(audiences.ScopesFor(audience, scopes));
        token.SetClaims(
            TokenClaims.UserInfoClaims,
            audience.Contains(audiences.UserInfo) ? [.. token.GetClaims(TokenClaims.UserInfoClaims).Where(client.MayHave)] : []);
        foreach (var claim in (string[])[Claims.Nickname, Claims.Locale])
        {
            if (!client.MayHave(claim))
            {
                context.IdentityTokenPrincipal?.RemoveClaims(claim);
            }
        }

        var details = audiences.DetailsFor(audience, granted);
        if ((string?)context.Request[AuthorizationDetails.Parameter] is { } asked)
        {
            var wanted = AuthorizationDetails.Parse(asked)!;
            details = [.. details.Where(detail => wanted.Any(one => JsonNode.DeepEquals(one, detail)))];
        }

        token.SetClaim(AuthorizationDetails.Parameter, details.Count == 0 ? null : AuthorizationDetails.Write(details));
        return ValueTask.CompletedTask;
    }

    /// <summary>Of details that were granted, those whose type the client may still ask for.</summary>
    private static string? Allowed(Client client, string? granted)
        => granted is null ? null : AuthorizationDetails.Write(AuthorizationDetails.Parse(granted)!.OfType<JsonNode>()
            .Where(detail => client.Metadata.AuthorizationDetailsTypes.Contains((string)detail["type"]!)));
}
