using System.Security.Claims;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Keys;
using Moi.Identity.Idp.Features.Oidc.Requests;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Tokens;

/// <summary>The last touch on ID tokens and access tokens: no internal claims, our own <c>jti</c>, the right key.</summary>
internal sealed class ShapeJwt(SigningKeyRing ring, ClientCatalog clients) : IOpenIddictServerHandler<GenerateTokenContext>
{
    public async ValueTask HandleAsync(GenerateTokenContext context)
    {
        if (context.TokenType is not (TokenTypeIdentifiers.IdentityToken or TokenTypeIdentifiers.AccessToken)
            || context.SecurityTokenDescriptor.Subject is not { } subject)
        {
            return;
        }

        foreach (var claim in subject.Claims.Where(c => c.Type.StartsWith("oi_", StringComparison.Ordinal)).ToList())
        {
            subject.RemoveClaim(claim);
        }

        var alg = RingKey.Es256;
        if (context.TokenType == TokenTypeIdentifiers.AccessToken)
        {
            context.SecurityTokenDescriptor.Claims[Claims.JwtId] =
                TokenClaims.NewJwtId(context.Principal.GetGrantId() ?? Guid.Empty);
            ShapeDetails(context.SecurityTokenDescriptor, subject);
        }
        else if (clients.Find(context.ClientId) is { } client)
        {
            alg = client.Metadata.IdTokenSignedResponseAlg;
        }

        context.SigningCredentials = await ring.CredentialsForAsync(alg, context.CancellationToken);
    }

    /// <summary>RFC 9396 §9.1: an array of objects, also when there is one. As claims of the subject it would become an object.</summary>
    private static void ShapeDetails(SecurityTokenDescriptor descriptor, ClaimsIdentity subject)
    {
        if (subject.FindFirst(AuthorizationDetails.Parameter) is { } claim)
        {
            subject.RemoveClaim(claim);
            descriptor.Claims[AuthorizationDetails.Parameter] = JsonSerializer.Deserialize<JsonElement>(claim.Value);
        }
    }
}
