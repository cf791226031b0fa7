using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.ClientAuthentication;

/// <summary>
/// Says which keys and algorithms may have signed a client assertion, and accepts the <c>typ</c> that RFC 7523 clients
/// send: none, <c>JWT</c>, or <c>client-authentication+jwt</c>.
/// </summary>
internal sealed class ResolveAssertionKeys(ClientCatalog clients, RemoteKeys remote)
    : IOpenIddictServerHandler<ValidateTokenContext>
{
    internal const int MostCharacters = 8 * 1024;

    public async ValueTask HandleAsync(ValidateTokenContext context)
    {
        if (!context.ValidTokenTypes.Contains(TokenTypeIdentifiers.Private.ClientAssertion))
        {
            return;
        }

        var parameters = context.TokenValidationParameters;
        parameters.TypeValidator = ValidateType;
        parameters.ClockSkew = Lifetimes.ClockSkew;
        if (context.Token.Length > MostCharacters || !context.SecurityTokenHandler.CanReadToken(context.Token)
            || Read(context) is not { } assertion)
        {
            context.Refuse(ClientRefusals.AssertionUnreadable.With(MostCharacters));
            return;
        }

        if (clients.Find(assertion.Issuer) is not { } client)
        {
            context.Refuse(ClientRefusals.Assertion, "its iss is no active client");
            return;
        }

        // SECURITY: without a list every algorithm of the library would do.
        parameters.ValidAlgorithms = client.AssertionAlgs;
        var kid = string.IsNullOrEmpty(assertion.Kid) ? null : assertion.Kid;
        var keys = (await remote.GetAsync(client, kid, context.CancellationToken)).Matching(kid).ToList();
        if (keys.Count == 0)
        {
            context.Refuse(ClientRefusals.Assertion, "the client has registered no key with its kid");
            return;
        }

        // FAPI 2.0 §5.4.3: all of them; given as a list, the library would try but the first of one name.
        parameters.IssuerSigningKeyResolver = (_, _, _, _) => keys;
    }

    private static JsonWebToken? Read(ValidateTokenContext context)
    {
        try
        {
            return context.SecurityTokenHandler.ReadJsonWebToken(context.Token);
        }
        catch (Exception e) when (e is ArgumentException or SecurityTokenException)
        {
            return null;
        }
    }

    private static string ValidateType(string? type, SecurityToken token, TokenValidationParameters parameters)
        => string.IsNullOrEmpty(type) || type.Equals("JWT", StringComparison.OrdinalIgnoreCase)
            || type.Equals(JsonWebTokenTypes.ClientAuthentication, StringComparison.OrdinalIgnoreCase)
                ? JsonWebTokenTypes.ClientAuthentication
                : throw new SecurityTokenInvalidTypeException("typ");
}
