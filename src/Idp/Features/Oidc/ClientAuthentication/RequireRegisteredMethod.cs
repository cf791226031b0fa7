using Microsoft.AspNetCore;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.ClientAuthentication;

/// <summary>A client authenticates in the one way it has registered, and in no other.</summary>
/// <remarks>
/// SECURITY: an unknown or suspended client, one that has registered another method, and a wrong secret are refused in the same
/// words, which depend on what the request holds alone. Who asks with somebody else's client_id learns nothing about that client.
/// </remarks>
internal sealed class RequireRegisteredMethod(ClientCatalog clients) : IOpenIddictServerHandler<ProcessAuthenticationContext>
{
    public ValueTask HandleAsync(ProcessAuthenticationContext context)
    {
        if (!IsClientEndpoint(context.EndpointType) || string.IsNullOrEmpty(context.ClientId))
        {
            return ValueTask.CompletedTask;
        }

        var client = clients.Find(context.ClientId);
        var used = Method(context, client);
        if (client is null || used != client.Metadata.TokenEndpointAuthMethod)
        {
            context.Refuse(
                RefusalOf(context, used),
                client is null ? "no active client" : $"used {used}, registered is {client.Metadata.TokenEndpointAuthMethod}");
        }
        else if (client.IsPublic && context.EndpointType == OpenIddictServerEndpointType.Introspection)
        {
            // Before the token is looked at: whoever may not ask gets no answer about it.
            context.Refuse(RefusalOf(context, used), "a public client may not ask about tokens");
        }

        return ValueTask.CompletedTask;
    }

    internal static bool IsClientEndpoint(OpenIddictServerEndpointType endpoint)
        => endpoint is OpenIddictServerEndpointType.Token or OpenIddictServerEndpointType.PushedAuthorization
            or OpenIddictServerEndpointType.Introspection or OpenIddictServerEndpointType.Revocation
            or OpenIddictServerEndpointType.DeviceAuthorization;

    private static Refusal RefusalOf(ProcessAuthenticationContext context, string used)
        => used switch
        {
            ClientAuthenticationMethods.PrivateKeyJwt => ClientRefusals.Assertion,
            ClientAuthenticationMethods.ClientSecretBasic or ClientAuthenticationMethods.ClientSecretPost => ClientRefusals.Secret.With(used),
            _ => context.Transaction.RemoteCertificate is null ? ClientRefusals.Nothing : ClientRefusals.Certificate,
        };

    private static string Method(ProcessAuthenticationContext context, Client? client)
    {
        if (!string.IsNullOrEmpty(context.ClientAssertion))
        {
            return ClientAuthenticationMethods.PrivateKeyJwt;
        }

        if (string.IsNullOrEmpty(context.ClientSecret))
        {
            // A certificate alone proves who is there only if the client has registered that; others may show one to bind their
            // tokens to it.
            return client is { UsesCertificate: true } && context.Transaction.RemoteCertificate is not null
                ? client.Metadata.TokenEndpointAuthMethod
                : ClientAuthenticationMethods.None;
        }

        string? header = context.Transaction.GetHttpRequest()?.Headers.Authorization;
        return header?.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) == true
            ? ClientAuthenticationMethods.ClientSecretBasic
            : ClientAuthenticationMethods.ClientSecretPost;
    }
}
