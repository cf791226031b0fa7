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

    /// <summary>The citizen comes back with a transaction that is over.</summary>
    internal static readonly Refusal TransactionExpired = new(
        Expired.Code, "invalid_request", "The sign-in has expired or was finished in another tab.");

    /// <summary>A <c>request_uri</c> (RFC 9126 §4) of which nothing is known: nor is the address to which it would be told.</summary>
    internal static readonly Refusal PushedRequestExpired = new(
        Expired.Code, "invalid_request_uri", "The pushed request is unknown, expired, or has been used.");

    /// <summary>The page for a refusal.</summary>
    /// <param name="request">The request, as far as it could be read.</param>
    /// <param name="code">The code of the refusal: that of a page, where the refusal has one of its own.</param>
    /// <param name="clients">All clients, suspended ones too.</param>
    internal static Problem For(OpenIddictRequest? request, string code, ClientCatalog clients)
    {
        if (code == Expired.Code)
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
