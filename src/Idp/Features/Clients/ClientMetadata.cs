using System.Text.Json.Nodes;

namespace Moi.Identity.Idp.Features.Clients;

/// <summary>
/// RFC 7591 client metadata with its types checked and its defaults filled in. Whether the values make sense together
/// is for <see cref="ClientRules"/>.
/// </summary>
internal sealed record ClientMetadata
{
    internal const string Production = "production";

    internal const string Sandbox = "sandbox";

    public required string ClientId { get; init; }

    public required string NameZh { get; init; }

    public required string NameEn { get; init; }

    /// <summary>The service's own front page, for a link on the account page.</summary>
    public string? ClientUri { get; init; }

    public required string Agency { get; init; }

    /// <summary>What clients of one agency share: the subject of a citizen.</summary>
    /// <remarks>SECURITY: the sandbox is an agency of its own, so that a citizen known there is not known in production.</remarks>
    internal string Sector => Environment == Sandbox ? "sandbox:" + Agency : Agency;

    public required string AgencyNameZh { get; init; }

    public required string AgencyNameEn { get; init; }

    public required string Profile { get; init; }

    public required string Status { get; init; }

    /// <summary><c>production</c>, or <c>sandbox</c> for what is being developed.</summary>
    public required string Environment { get; init; }

    /// <summary>The assurance level that nobody enters without, whatever a request asks for.</summary>
    public required string MinimumAcr { get; init; }

    public required string ApplicationType { get; init; }

    /// <summary>Addresses of people, for when something happens.</summary>
    public required IReadOnlyList<string> Contacts { get; init; }

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

    /// <summary>RFC 9449 §5.2: every token of this client is bound to a DPoP key.</summary>
    public bool DpopBoundAccessTokens { get; init; }

    /// <summary>RFC 8705 §3.4: every token of this client is bound to its certificate.</summary>
    public bool TlsClientCertificateBoundAccessTokens { get; init; }

    /// <summary>RFC 8705 §2.1.2: the one name by which <c>tls_client_auth</c> knows the client's certificate.</summary>
    public CertificateName? TlsClientName { get; init; }

    /// <summary>RFC 9101 §10.5: requests of this client come signed, or not at all.</summary>
    public bool RequireSignedRequestObject { get; init; }

    public string? RequestObjectSigningAlg { get; init; }

    /// <summary>JARM §3: in which algorithm authorization responses are signed.</summary>
    public string? AuthorizationSignedResponseAlg { get; init; }

    /// <summary>OpenID Connect Registration §2: given, userinfo answers are signed.</summary>
    public string? UserInfoSignedResponseAlg { get; init; }

    /// <summary>RFC 9701 §6: in which algorithm introspection answers are signed.</summary>
    public string? IntrospectionSignedResponseAlg { get; init; }

    /// <summary>RFC 9396 §10: the types that requests of this client may name.</summary>
    public required IReadOnlyList<string> AuthorizationDetailsTypes { get; init; }

    /// <summary>Claims that the client may ask for one by one; nothing means those of its scopes.</summary>
    public IReadOnlyList<string>? Claims { get; init; }

    public required TimeSpan AccessTokenLifetime { get; init; }

    public required TimeSpan RefreshTokenLifetime { get; init; }

    /// <summary>Whether citizens are asked once (<c>once</c>) or at every entry (<c>always</c>).</summary>
    public required string Consent { get; init; }

    /// <summary>The protected resource (API) that this client is, if it is one.</summary>
    public ProtectedResource? Resource { get; init; }
}
