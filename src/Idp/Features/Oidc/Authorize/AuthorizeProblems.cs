using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using Moi.Identity.Idp.Web;
using OpenIddict.Abstractions;

namespace Moi.Identity.Idp.Features.Oidc.Authorize;

/// <summary>What can be wrong with an authorization request whose redirect address is not to be trusted.</summary>
internal static class AuthorizeProblems
{
    internal static readonly Problem UnknownClient = New("MOI-AUTH-001", "UnknownClient");

    internal static readonly Problem RedirectMismatch = New("MOI-AUTH-002", "RedirectMismatch");

    internal static readonly Problem Expired = New("MOI-AUTH-008", "Expired");

    internal static readonly Problem Suspended = New("MOI-AUTH-009", "Suspended");

    internal static readonly Problem Malformed = New("MOI-AUTH-010", "Malformed");

    internal static Problem For(OpenIddictRequest? request, string? description, ClientCatalog clients)
    {
        // A transaction that is over, as distinct from a request that never was good.
        if (description == RequestRefusals.Expired.Hint)
        {
            return Expired;
        }

        if (request?.ClientId is not { Length: > 0 } clientId)
        {
            return Malformed;
        }

        if (clients.FindAny(clientId) is not { } client)
        {
            return UnknownClient;
        }

        if (!client.IsActive)
        {
            return Suspended;
        }

        if (!string.IsNullOrEmpty(request.RequestUri))
        {
            return Expired;
        }

        return request.RedirectUri is { } address && !client.AllowsRedirect(address) ? RedirectMismatch : Malformed;
    }

    private static Problem New(string code, string key)
        => new(code, key, StatusCodes.Status400BadRequest) { Texts = typeof(AuthorizeProblems) };
}
