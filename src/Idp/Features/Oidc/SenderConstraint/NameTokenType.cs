using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.SenderConstraint;

/// <summary>RFC 9449 §5: an answer whose access token is bound to a DPoP key says so in <c>token_type</c>.</summary>
internal sealed class NameTokenType : IOpenIddictServerHandler<ProcessSignInContext>
{
    internal const string Dpop = "DPoP";

    public ValueTask HandleAsync(ProcessSignInContext context)
    {
        if ((context.IncludeAccessToken || context.IssuedTokenType == TokenTypeIdentifiers.AccessToken) && context.Transaction.GetProof() is not null)
        {
            context.Response.TokenType = Dpop;
        }

        return ValueTask.CompletedTask;
    }
}
