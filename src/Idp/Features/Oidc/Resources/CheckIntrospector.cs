using Moi.Identity.Idp.Features.Clients;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Resources;

/// <summary>
/// RFC 7662 §2.1: about an access token may ask the client that it was issued to, and the client whose protected resource
/// it is for; about a refresh token its own client only. The engine would look for the client's id among the audiences.
/// </summary>
internal sealed class CheckIntrospector(ClientCatalog clients) : IOpenIddictServerHandler<ValidateIntrospectionRequestContext>
{
    public ValueTask HandleAsync(ValidateIntrospectionRequestContext context)
    {
        var token = context.GenericTokenPrincipal!;
        var isAudience = token.HasTokenType(TokenTypeIdentifiers.AccessToken)
            && clients.Find(context.ClientId)?.Resource is { } resource && token.HasAudience(resource.Identifier);
        if (!isAudience && !token.HasPresenter(context.ClientId ?? ""))
        {
            context.Reject(Errors.InvalidToken, "The token is neither the client's own nor for its resource.");
        }

        return ValueTask.CompletedTask;
    }
}
