namespace Moi.Identity.Idp.Features.ErrorCatalogue;

/// <summary>A refusal of the OpenID Connect engine, whose own words are good enough.</summary>
/// <param name="Id">The number that the engine gives its sentence.</param>
/// <param name="Name">The parameter that the sentence names first, or nothing for whichever it is.</param>
/// <param name="Code">Our code of this reason.</param>
/// <param name="Error">The <c>error</c> that is answered.</param>
internal sealed record EngineRefusal(string Id, string? Name, string Code, string Error);

/// <summary>
/// What the engine refuses by itself, as far as a sender can cause it and there is more to say than its <c>error</c> does.
/// </summary>
/// <remarks>
/// The engine's <c>error_uri</c> ends in the number of a sentence, and the sentence names the parameter in single quotes.
/// Whatever is not here has the general code of its <c>error</c>.
/// </remarks>
internal static class EngineRefusals
{
    private const string Missing = "MOI-REQ-011";
    private const string CodeChallenge = "MOI-REQ-012";
    private const string RedirectUri = "MOI-REQ-013";
    private const string Message = "MOI-REQ-014";
    private const string Value = "MOI-REQ-016";
    private const string Unsupported = "MOI-REQ-003";
    private const string Scope = "MOI-REQ-002";
    internal const string IdTokenHint = "MOI-REQ-030";
    private const string Verifier = "MOI-TOK-013";
    private const string OtherAddress = "MOI-TOK-014";
    internal const string MoreThanGranted = "MOI-TOK-015";
    private const string NoAccessToken = "MOI-TOK-016";
    private const string NoAuthentication = "MOI-CLI-011";

    /// <summary>What a sentence means at the token endpoint, where it differs.</summary>
    private static readonly EngineRefusal[] AtTheTokenEndpoint =
    [
        new("ID2029", "redirect_uri", OtherAddress, "invalid_request"),
        new("ID2072", null, OtherAddress, "invalid_grant"),
        new("ID2029", "code_verifier", Verifier, "invalid_request"),
        new("ID2052", "code_verifier", Verifier, "invalid_grant"),
        new("ID2052", "scope", MoreThanGranted, "invalid_scope"),
        new("ID2074", "scope", MoreThanGranted, "invalid_request"),
    ];

    private static readonly EngineRefusal[] Anywhere =
    [
        new("ID2029", "client_id", NoAuthentication, "invalid_client"),
        new("ID2055", null, NoAuthentication, "invalid_request"),
        new("ID2087", null, NoAuthentication, "invalid_request"),
        new("ID2037", "client_assertion", NoAuthentication, "invalid_request"),
        new("ID2037", "client_assertion_type", NoAuthentication, "invalid_request"),
        new("ID2032", "client_assertion_type", NoAuthentication, "invalid_client"),
        new("ID2029", "code_challenge", CodeChallenge, "invalid_request"),
        new("ID2029", "code_challenge_method", CodeChallenge, "invalid_request"),
        new("ID2032", "code_challenge_method", CodeChallenge, "invalid_request"),
        new("ID2029", "redirect_uri", RedirectUri, "invalid_request"),
        new("ID2030", "redirect_uri", RedirectUri, "invalid_request"),
        new("ID2031", "redirect_uri", RedirectUri, "invalid_request"),
        new("ID2135", "redirect_uri", RedirectUri, "invalid_request"),
        new("ID2043", "redirect_uri", RedirectUri, "invalid_request"),
        new("ID2029", "access_token", NoAccessToken, "missing_token"),
        new("ID2081", null, Message, "invalid_request"),
        new("ID2082", null, Message, "invalid_request"),
        new("ID2084", null, Message, "invalid_request"),
        new("ID2032", "response_mode", Unsupported, "invalid_request"),
        new("ID2052", "response_type", Unsupported, "invalid_request"),
        new("ID2065", null, Scope, "invalid_request"),
        new("ID2141", null, IdTokenHint, "invalid_request"),
        new("ID2029", null, Missing, "invalid_request"),
        new("ID2057", null, Missing, "invalid_request"),
        new("ID2058", null, Missing, "invalid_request"),
        new("ID2032", "prompt", Value, "invalid_request"),
        new("ID2052", "prompt", Value, "invalid_request"),
        new("ID2032", "subject_token_type", Value, "invalid_request"),
        new("ID2032", "requested_token_type", Value, "invalid_request"),
        new("ID2032", "actor_token_type", Value, "invalid_request"),
        new("ID2074", null, Value, "invalid_request"),
        new("ID2193", null, Value, "invalid_request"),
        new("ID2194", null, Value, "invalid_request"),
        new("ID2195", null, Value, "invalid_request"),
    ];

    internal static IEnumerable<EngineRefusal> All => AtTheTokenEndpoint.Concat(Anywhere);

    /// <summary>The code of a refusal of the engine, or nothing.</summary>
    /// <param name="uri">The engine's <c>error_uri</c>.</param>
    /// <param name="description">Its sentence.</param>
    /// <param name="isToken">Whether it was made at the token endpoint.</param>
    internal static string? CodeOf(string? uri, string? description, bool isToken)
    {
        if (uri is null)
        {
            return null;
        }

        var id = uri[(uri.LastIndexOf('/') + 1)..];
        var name = description?.Split('\'') is [_, var quoted, _, ..] ? quoted : null;
        return (isToken ? All : Anywhere).FirstOrDefault(known => known.Id == id && (known.Name is null || known.Name == name))?.Code;
    }
}
