using System.Text.Json;
using Microsoft.AspNetCore;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Keys;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Resources;

/// <summary>
/// RFC 9701 §4 and §5: a caller whose <c>Accept</c> header asks for it gets the answer about a token as a signed JWT of
/// its own type, so that it can be kept as evidence and never be taken for an access token.
/// </summary>
internal sealed class SignIntrospection(ClientCatalog clients, SignedAnswers answers) : IOpenIddictServerHandler<ApplyIntrospectionResponseContext>
{
    private const string Type = "token-introspection+jwt";
    private const string MediaType = "application/" + Type;

    public async ValueTask HandleAsync(ApplyIntrospectionResponseContext context)
    {
        var http = context.Transaction.GetHttpRequest()!.HttpContext;
        if (context.Response.Error is not null || clients.Find(context.Request?.ClientId) is not { } client
            || !http.Request.GetTypedHeaders().Accept.Any(accepted => accepted.MediaType == MediaType && accepted.Quality is not 0))
        {
            return;
        }

        var jwt = await answers.CreateAsync(
            client.Metadata.IntrospectionSignedResponseAlg ?? RingKey.Es256, Type, client.Id, lifetime: null,
            new() { ["token_introspection"] = JsonSerializer.SerializeToElement(SignedAnswers.ClaimsOf(context.Response)) },
            context.CancellationToken);
        http.Response.ContentType = MediaType;
        await http.Response.WriteAsync(jwt, context.CancellationToken);
        context.HandleRequest();
    }
}
