using System.Text.Json.Nodes;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using Moi.Identity.Idp.Features.Oidc.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Requests;

/// <summary>
/// RFC 8707 §2.2 and RFC 9396 §6: a token request may name some of the resources and some of the details that were
/// granted, and no others.
/// </summary>
internal sealed class CheckNarrowing : IOpenIddictServerHandler<ValidateTokenRequestContext>
{
    public ValueTask HandleAsync(ValidateTokenRequestContext context)
    {
        if ((context.AuthorizationCodePrincipal ?? context.DeviceCodePrincipal ?? context.RefreshTokenPrincipal) is not { } granted)
        {
            return ValueTask.CompletedTask;
        }

        if (context.Request.GetResources().Except(granted.GetResources()).Any())
        {
            context.Refuse(GrantRefusals.ResourceNotGranted);
            return ValueTask.CompletedTask;
        }

        if ((string?)context.Request[AuthorizationDetails.Parameter] is { } text && !AreGranted(text, granted.GetClaim(TokenClaims.Details)))
        {
            context.Refuse(GrantRefusals.DetailsNotGranted);
        }

        return ValueTask.CompletedTask;
    }

    private static bool AreGranted(string asked, string? granted)
    {
        var known = granted is null ? [] : AuthorizationDetails.Parse(granted)!;
        return AuthorizationDetails.Parse(asked) is { Count: > 0 } details
            && details.All(detail => known.Any(one => JsonNode.DeepEquals(one, detail)));
    }
}
