using Moi.Identity.Idp.Features.ErrorCatalogue;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc;

/// <summary>
/// RFC 8707 §2: <c>resource</c> and <c>audience</c> at the token endpoint are read by the grants that have a target of
/// their own; from any other they are refused, not overlooked.
/// </summary>
internal sealed class CheckTarget : IOpenIddictServerHandler<ValidateTokenRequestContext>
{
    public ValueTask HandleAsync(ValidateTokenRequestContext context)
    {
        var request = context.Request;
        if (request.IsClientCredentialsGrantType() || request.IsTokenExchangeGrantType())
        {
            return ValueTask.CompletedTask;
        }

        // Codes, device codes and refresh tokens may name some of what was granted: CheckNarrowing.
        var mayNarrow = request.IsAuthorizationCodeGrantType() || request.IsDeviceCodeGrantType() || request.IsRefreshTokenGrantType();
        if (request.GetAudiences().Length > 0 || (request.GetResources().Length > 0 && !mayNarrow))
        {
            context.Refuse(TargetRefusals.NoTarget);
        }

        return ValueTask.CompletedTask;
    }
}
