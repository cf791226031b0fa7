namespace Moi.Identity.Idp.Features.ErrorCatalogue;

/// <summary>What dynamic registration (RFC 7591, RFC 7592) refuses.</summary>
internal static class RegistrationRefusals
{
    /// <summary>RFC 6750 §3.1: missing, over, or another client's; which of them is not said.</summary>
    internal static readonly Refusal Token = new("MOI-CLI-013", "invalid_token", "The token is missing, unknown, or no longer good.");

    internal static readonly Refusal RedirectUris = new("MOI-CLI-003", "invalid_redirect_uri", "{0}");

    internal static readonly Refusal Metadata = new("MOI-CLI-004", "invalid_client_metadata", "{0}");

    internal static readonly Refusal Unreadable = new(
        "MOI-CLI-004", "invalid_client_metadata", "The body must be a JSON object (application/json) of client metadata.");
}
