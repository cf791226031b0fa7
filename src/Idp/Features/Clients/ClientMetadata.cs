using System.Text.Json.Nodes;

namespace Moi.Identity.Idp.Features.Clients;

/// <summary>
/// RFC 7591 client metadata with its types checked and its defaults filled in. Whether the values make sense together
/// is for <see cref="ClientRules"/>.
/// </summary>
internal sealed record ClientMetadata
{
    public required string ClientId { get; init; }

    public required string NameZh { get; init; }

    public required string NameEn { get; init; }

    /// <summary>The service's own front page, for a link on the account page.</summary>
    public string? ClientUri { get; init; }

    public required string Agency { get; init; }

    public required string AgencyNameZh { get; init; }

    public required string AgencyNameEn { get; init; }

    public required string Profile { get; init; }

    public required string Status { get; init; }

    /// <summary>The assurance level that nobody enters without, whatever a request asks for.</summary>
    public required string MinimumAcr { get; init; }

    public required string ApplicationType { get; init; }

    public required IReadOnlyList<string> RedirectUris { get; init; }

    public required IReadOnlyList<string> PostLogoutRedirectUris { get; init; }

    public required IReadOnlyList<string> GrantTypes { get; init; }

    public required IReadOnlyList<string> ResponseTypes { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    public required string TokenEndpointAuthMethod { get; init; }

    public string? TokenEndpointAuthSigningAlg { get; init; }

    public JsonObject? Jwks { get; init; }

    public string? JwksUri { get; init; }

    public required string IdTokenSignedResponseAlg { get; init; }

    public required string SubjectType { get; init; }

    public string? BackchannelLogoutUri { get; init; }

    public bool RequirePushedAuthorizationRequests { get; init; }

    /// <summary>Which security events it wants, if any.</summary>
    public SecurityEventSubscription? SecurityEvents { get; init; }
}
