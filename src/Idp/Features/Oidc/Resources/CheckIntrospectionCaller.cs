using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Resources;

/// <summary>
/// RFC 7662 §4: about a token may ask whom it was issued to and, if it is an access token, the resources it is for.
/// Everybody else learns that it is not active.
/// </summary>
internal sealed class CheckIntrospectionCaller(ClientCatalog clients) : IOpenIddictServerHandler<ValidateIntrospectionRequestContext>
{
    public ValueTask HandleAsync(ValidateIntrospectionRequestContext context)
    {
        var token = context.GenericTokenPrincipal!;
        var isOwn = token.GetClaim(Claims.ClientId) == context.ClientId || token.HasPresenter(context.ClientId!);
        var isAudience = token.HasTokenType(TokenTypeIdentifiers.AccessToken)
            && clients.Find(context.ClientId)?.Metadata.Resource is { } resource && token.HasAudience(resource.Identifier);
        if (!isOwn && !isAudience)
        {
            context.Refuse(GrantRefusals.NotForCaller);
        }

        return ValueTask.CompletedTask;
    }
}
