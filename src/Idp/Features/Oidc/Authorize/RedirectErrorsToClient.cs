using Moi.Identity.Idp.Features.Clients;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Authorize;

/// <summary>
/// RFC 6749 §4.1.2.1: an error goes back to the client if, and only if, the request names a client and one of its own
/// redirect addresses. The engine redirects only after its last check; here the order of checks does not matter.
/// </summary>
internal sealed class RedirectErrorsToClient(ClientCatalog clients) : IOpenIddictServerHandler<ApplyAuthorizationResponseContext>
{
    public ValueTask HandleAsync(ApplyAuthorizationResponseContext context)
    {
        var request = context.Request;
        if (context.Error is not null && string.IsNullOrEmpty(context.RedirectUri) && request?.RedirectUri is { } address
            && !IsUnresolved(context, request) && clients.Find(request.ClientId) is { } client && client.AllowsRedirect(address))
        {
            context.RedirectUri = address;
        }

        // A mode that we do not know cannot carry the answer that says so.
        if (!string.IsNullOrEmpty(context.RedirectUri) && !context.Options.ResponseModes.Contains(context.ResponseMode ?? ""))
        {
            context.ResponseMode = ResponseModes.Query;
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>The address beside a <c>request_uri</c> that could not be opened is not part of any accepted request.</summary>
    private static bool IsUnresolved(ApplyAuthorizationResponseContext context, OpenIddictRequest request)
        => !string.IsNullOrEmpty(request.RequestUri)
            && context.Transaction.GetProperty<ProcessAuthenticationContext>(typeof(ProcessAuthenticationContext).FullName!)
                ?.RequestTokenPrincipal is null;
}
