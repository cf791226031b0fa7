namespace Moi.Identity.Idp.Features.ErrorCatalogue;

/// <summary>Who the client is, and what its registration lets it do.</summary>
/// <remarks>
/// SECURITY: until a client has proved who it is, the answer depends on what the request holds and on nothing that we know.
/// Whether the client is unknown, suspended, registered for another method, or has sent the wrong secret, is one refusal;
/// which of these it was stands in our log.
/// </remarks>
internal static class ClientRefusals
{
    internal static readonly Refusal Secret = new(
        "MOI-CLI-005", "invalid_client", "No active client with this client_id authenticates by {0} with this secret.");

    internal static readonly Refusal Assertion = new(
        "MOI-CLI-006", "invalid_client",
        "The client assertion is not signed by an active client that is its iss, with a key, an algorithm and the method that it registered.");

    internal static readonly Refusal AssertionUnreadable = new(
        "MOI-CLI-006", "invalid_client", "The client assertion is not a signed JWT of at most {0} characters with strict JSON.");

    internal static readonly Refusal AssertionIssuer = new(
        "MOI-CLI-007", "invalid_client", "iss and sub of the client assertion must both be the client_id.");

    internal static readonly Refusal AssertionOfAnother = new(
        "MOI-CLI-007", "invalid_client", "The client assertion is that of another client than the client_id names.");

    internal static readonly Refusal AssertionAudience = new(
        "MOI-CLI-007", "invalid_client", "aud of the client assertion must be the string {0} and nothing else.");

    internal static readonly Refusal AssertionExpiry = new(
        "MOI-CLI-008", "invalid_client", "exp of the client assertion must lie ahead by at most {0} minutes.");

    internal static readonly Refusal AssertionAhead = new(
        "MOI-CLI-008", "invalid_client", "nbf and iat of the client assertion must not lie ahead.");

    internal static readonly Refusal AssertionId = new("MOI-CLI-009", "invalid_client", "The client assertion needs a jti of 1 to {0} characters.");

    internal static readonly Refusal AssertionUsed = new("MOI-CLI-009", "invalid_client", "The client assertion has been used before.");

    internal static readonly Refusal Certificate = new(
        "MOI-CLI-010", "invalid_client", "No active client with this client_id authenticates by the certificate of this connection.");

    internal static readonly Refusal Nothing = new(
        "MOI-CLI-011", "invalid_client", "No active client with this client_id comes without authentication, and the request has none.");

    internal static readonly Refusal NoHeader = new(
        "MOI-CLI-011", "invalid_client",
        "The client must authenticate in the Authorization header, or by its certificate with client_id in the address.");

    internal static readonly Refusal NoPolling = new(
        "MOI-CLI-012", "access_denied", "The client is not registered to poll for security events.");
}
