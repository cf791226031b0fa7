using Microsoft.AspNetCore;
using Moi.Identity.Idp.Features.Clients;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.ClientAuthentication;

/// <summary>A client authenticates in the one way it has registered, and in no other.</summary>
internal sealed class RequireRegisteredMethod(ClientCatalog clients) : IOpenIddictServerHandler<ProcessAuthenticationContext>
{
    public ValueTask HandleAsync(ProcessAuthenticationContext context)
    {
        if (!IsClientEndpoint(context.EndpointType) || clients.Find(context.ClientId) is not { } client)
        {
            return ValueTask.CompletedTask;
        }

        // Before the token is looked at: whoever may not ask gets no answer about it.
        if (client.IsPublic && context.EndpointType == OpenIddictServerEndpointType.Introspection)
        {
            context.Reject(Errors.UnauthorizedClient, "A public client may not ask about tokens.");
            return ValueTask.CompletedTask;
        }

        var used = Method(context, client);
        if (used != client.Metadata.TokenEndpointAuthMethod)
        {
            context.Reject(
                Errors.InvalidClient,
                $"The client must authenticate with {client.Metadata.TokenEndpointAuthMethod}, its registered method; this request used {used}.");
        }

        return ValueTask.CompletedTask;
    }

    internal static bool IsClientEndpoint(OpenIddictServerEndpointType endpoint)
        => endpoint is OpenIddictServerEndpointType.Token or OpenIddictServerEndpointType.PushedAuthorization
            or OpenIddictServerEndpointType.Introspection or OpenIddictServerEndpointType.Revocation
            or OpenIddictServerEndpointType.DeviceAuthorization;

    private static string Method(ProcessAuthenticationContext context, Client client)
    {
        if (!string.IsNullOrEmpty(context.ClientAssertion))
        {
            return ClientAuthenticationMethods.PrivateKeyJwt;
        }

        if (string.IsNullOrEmpty(context.ClientSecret))
        {
            // A certificate alone proves who is there only if the client has registered that; others may show one to bind their
            // tokens to it.
            return client.UsesCertificate && context.Transaction.RemoteCertificate is not null
                ? client.Metadata.TokenEndpointAuthMethod
                : ClientAuthenticationMethods.None;
        }

        string? header = context.Transaction.GetHttpRequest()?.Headers.Authorization;
        return header?.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) == true
            ? ClientAuthenticationMethods.ClientSecretBasic
            : ClientAuthenticationMethods.ClientSecretPost;
    }
}
