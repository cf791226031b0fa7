namespace Moi.Identity.Idp.Features.ErrorCatalogue;

/// <summary>Scopes (RFC 6749 §3.3), resources (RFC 8707), and authorization details (RFC 9396).</summary>
internal static class TargetRefusals
{
    internal static readonly Refusal ScopeUnknown = new("MOI-REQ-002", "invalid_scope", "A scope that was asked for does not exist.");

    internal static readonly Refusal ScopeNotRegistered = new(
        "MOI-REQ-002", "invalid_scope", "The client asks for a scope that is not in its registration.");

    /// <remarks>The same words whether the resource does not exist or is not for this client.</remarks>
    internal static readonly Refusal Resource = new(
        "MOI-REQ-004", "invalid_target", "This client may ask for nothing at a resource that the request names.");

    internal static readonly Refusal Nothing = new(
        "MOI-REQ-017", "invalid_scope", "The request asks for nothing: neither openid, nor a scope or authorization_details of a resource.");

    internal static readonly Refusal NoOpenId = new(
        "MOI-REQ-017", "invalid_scope", "The scope openid is missing: a device is let in by a citizen who signs in.");

    internal static readonly Refusal NothingThere = new(
        "MOI-REQ-018", "invalid_target", "The request names the resource {0} and asks for nothing there.");

    internal static readonly Refusal ScopeElsewhere = new(
        "MOI-REQ-018", "invalid_target", "The scope {0} belongs to a resource that the request does not name.");

    internal static readonly Refusal DetailsElsewhere = new(
        "MOI-REQ-018", "invalid_target", "The authorization_details belong to a resource that the request does not name.");

    internal static readonly Refusal SeveralResources = new(
        "MOI-REQ-018", "invalid_scope", "The scopes belong to more than one protected resource.");

    internal static readonly Refusal ClientScopes = new(
        "MOI-REQ-018", "invalid_scope", "Name scopes of one protected resource; scopes of OpenID Connect are for citizens.");

    internal static readonly Refusal ClientResource = new("MOI-REQ-018", "invalid_target", "Name one resource, and scopes that it has.");

    internal static readonly Refusal NoTarget = new(
        "MOI-REQ-018", "invalid_target", "This grant type has no resource or audience of its own.");

    internal static readonly Refusal DetailsUnreadable = new(
        "MOI-REQ-024", "invalid_authorization_details",
        "authorization_details must be a JSON array of 1 to {0} objects with a type, of at most {1} characters.");

    internal static readonly Refusal DetailsContent = new(
        "MOI-REQ-024", "invalid_authorization_details", "authorization_details of the type {0}: {1}");

    /// <remarks>The same words whether the type does not exist or is not for this client.</remarks>
    internal static readonly Refusal DetailsType = new(
        "MOI-REQ-025", "invalid_authorization_details", "This client may not ask for a type that the authorization_details name.");

    internal static readonly Refusal NoDetails = new(
        "MOI-REQ-031", "invalid_authorization_details", "A device cannot ask with authorization_details: it asks with scope and resource.");
}
