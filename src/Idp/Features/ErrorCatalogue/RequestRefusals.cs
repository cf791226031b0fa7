namespace Moi.Identity.Idp.Features.ErrorCatalogue;

/// <summary>What a request asks for, and how it is written.</summary>
internal static class RequestRefusals
{
    internal static readonly Refusal Repeated = new("MOI-REQ-014", "invalid_request", "A parameter is there more than once.");

    internal static readonly Refusal TooLarge = new("MOI-REQ-014", "invalid_request", "The request is too large.");

    /// <summary>The body of a poll (RFC 8936 §2.2).</summary>
    internal static readonly Refusal Body = new("MOI-REQ-014", "invalid_request", "{0}");

    internal static readonly Refusal MustPush = new("MOI-REQ-015", "invalid_request", "This client must push its authorization request (RFC 9126).");

    internal static readonly Refusal TooLong = new(
        "MOI-REQ-015", "invalid_request", "The request is too long for a browser: push it (RFC 9126).");

    internal static readonly Refusal Claims = new(
        "MOI-REQ-016", "invalid_request", "The claims parameter is not what OpenID Connect Core describes in section 5.5.");

    internal static readonly Refusal RedirectUri = new("MOI-REQ-013", "invalid_request", "The redirect_uri is missing, also where only one is registered.");

    internal static readonly Refusal MaxAge = new("MOI-REQ-016", "invalid_request", "max_age must be a whole number of seconds, of at most 10 digits.");

    internal static readonly Refusal DpopKey = new(
        "MOI-REQ-016", "invalid_request", "dpop_jkt must be the SHA-256 thumbprint of a key (RFC 7638): 43 characters of base64url.");

    internal static readonly Refusal SignIn = new("MOI-REQ-008", "login_required", "The citizen must sign in.");

    internal static readonly Refusal Consent = new("MOI-REQ-008", "consent_required", "The citizen must agree.");

    internal static readonly Refusal Declined = new("MOI-REQ-026", "access_denied", "The citizen declined.");

    /// <remarks>Suspended, or not the citizen whom the request expects: which of them is the citizen's affair.</remarks>
    internal static readonly Refusal OtherCitizen = new(
        "MOI-REQ-027", "access_denied", "The citizen who signed in cannot be used for this request.");

    internal static readonly Refusal AcrNotOffered = new(
        "MOI-REQ-028", "unmet_authentication_requirements", "None of the acr values can be reached.");

    internal static readonly Refusal AcrNotReached = new(
        "MOI-REQ-029", "unmet_authentication_requirements", "The citizen's passkey does not reach any of the acr values.");

    internal static readonly Refusal NotForDevices = new(
        "MOI-REQ-031", "invalid_request", "A device cannot ask with {0}: it asks with scope and resource.");
}
