namespace Moi.Identity.Idp.Features.ErrorCatalogue;

/// <summary>Signed requests (RFC 9101).</summary>
internal static class RequestObjectRefusals
{
    internal static readonly Refusal Unreadable = new("MOI-REQ-019", "invalid_request_object", "The request object is not a signed JWT.");

    internal static readonly Refusal Signature = new(
        "MOI-REQ-019", "invalid_request_object",
        "The request object is not signed with a registered key of the client, in an accepted algorithm and type.");

    internal static readonly Refusal Issuer = new(
        "MOI-REQ-020", "invalid_request_object", "iss and client_id of the request object must both be the client_id of the request.");

    internal static readonly Refusal Audience = new(
        "MOI-REQ-020", "invalid_request_object", "aud of the request object must be the string {0}, or an array of strings with it.");

    internal static readonly Refusal Expiry = new(
        "MOI-REQ-020", "invalid_request_object", "exp of the request object must lie ahead by at most {0} minutes.");

    internal static readonly Refusal Ahead = new("MOI-REQ-020", "invalid_request_object", "nbf and iat of the request object must not lie ahead.");

    internal static readonly Refusal TooOld = new(
        "MOI-REQ-020", "invalid_request_object", "nbf of the request object must be at most {0} minutes ago, and as much before exp.");

    internal static readonly Refusal Id = new(
        "MOI-REQ-021", "invalid_request_object", "jti of the request object must be a string of 1 to {0} characters.");

    internal static readonly Refusal Used = new("MOI-REQ-021", "invalid_request_object", "The request object has been used before.");

    internal static readonly Refusal NotAnObject = new("MOI-REQ-022", "invalid_request_object", "The request object does not hold a JSON object.");

    internal static readonly Refusal Content = new(
        "MOI-REQ-022", "invalid_request_object", "The request object holds something that is no parameter of an authorization request.");

    internal static readonly Refusal Both = new("MOI-REQ-022", "invalid_request", "request and request_uri exclude each other.");

    internal static readonly Refusal Beside = new(
        "MOI-REQ-022", "invalid_request", "Beside a request object, a pushed request holds the client's authentication and nothing else.");

    internal static readonly Refusal Missing = new(
        "MOI-REQ-023", "invalid_request", "This client must sign its authorization requests (RFC 9101).");
}
