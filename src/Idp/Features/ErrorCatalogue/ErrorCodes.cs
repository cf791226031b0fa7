using System.Collections.Frozen;

namespace Moi.Identity.Idp.Features.ErrorCatalogue;

/// <summary>
/// The stable codes of what the protocol endpoints refuse. Each has a page, <c>/errors/CODE</c>, to which the
/// <c>error_uri</c> of the answer leads (RFC 6749 §5.2). A code is never used for anything else. Here are the general codes, one for
/// each OAuth error; the codes of a single reason stand with their <see cref="Refusal"/>.
/// </summary>
internal static class ErrorCodes
{
    internal const string Request = "MOI-REQ-001";
    internal const string System = "MOI-SYS-500";

    /// <summary>The code of an OAuth error that says nothing more precise.</summary>
    private static readonly FrozenDictionary<string, string> ByError = new Dictionary<string, string>
    {
        ["invalid_request"] = Request,
        ["invalid_scope"] = "MOI-REQ-002",
        ["unsupported_response_type"] = "MOI-REQ-003",
        ["unsupported_response_mode"] = "MOI-REQ-003",
        ["unsupported_grant_type"] = "MOI-REQ-003",
        ["request_not_supported"] = "MOI-REQ-003",
        ["request_uri_not_supported"] = "MOI-REQ-003",
        ["registration_not_supported"] = "MOI-REQ-003",
        ["invalid_target"] = "MOI-REQ-004",
        ["invalid_request_object"] = "MOI-REQ-005",
        ["invalid_request_uri"] = "MOI-REQ-006",
        ["invalid_authorization_details"] = "MOI-REQ-007",
        ["login_required"] = "MOI-REQ-008",
        ["consent_required"] = "MOI-REQ-008",
        ["interaction_required"] = "MOI-REQ-008",
        ["account_selection_required"] = "MOI-REQ-008",
        ["access_denied"] = "MOI-REQ-009",
        ["unmet_authentication_requirements"] = "MOI-REQ-010",
        ["invalid_client"] = "MOI-CLI-001",
        ["unauthorized_client"] = "MOI-CLI-002",
        ["invalid_redirect_uri"] = "MOI-CLI-003",
        ["invalid_client_metadata"] = "MOI-CLI-004",
        ["invalid_grant"] = "MOI-TOK-001",
        ["invalid_token"] = "MOI-TOK-002",
        ["missing_token"] = "MOI-TOK-016",
        ["insufficient_scope"] = "MOI-TOK-003",
        ["insufficient_user_authentication"] = "MOI-TOK-004",
        ["invalid_dpop_proof"] = "MOI-TOK-005",
        ["use_dpop_nonce"] = "MOI-TOK-006",
        ["authorization_pending"] = "MOI-TOK-007",
        ["slow_down"] = "MOI-TOK-007",
        ["expired_token"] = "MOI-TOK-007",
        ["temporarily_unavailable"] = "MOI-SYS-503",
        ["server_error"] = System,
    }.ToFrozenDictionary();

    /// <summary>All codes, in the order of their names.</summary>
    internal static readonly IReadOnlyList<string> All =
    [
        .. ByError.Values.Concat(Refusals.All.Select(refusal => refusal.Code)).Concat(EngineRefusals.All.Select(refusal => refusal.Code))
            .Distinct().Order(StringComparer.Ordinal),
    ];

    /// <summary>The general code of an OAuth error.</summary>
    internal static string For(string? error) => error is not null && ByError.TryGetValue(error, out var code) ? code : Request;

    /// <summary>The OAuth errors that lead to a code.</summary>
    internal static IEnumerable<string> ErrorsOf(string code)
        => ByError.Where(pair => pair.Value == code).Select(pair => pair.Key)
            .Concat(Refusals.All.Where(refusal => refusal.Code == code).Select(refusal => refusal.Error))
            .Concat(EngineRefusals.All.Where(refusal => refusal.Code == code).Select(refusal => refusal.Error))
            .Distinct().Order(StringComparer.Ordinal);

    internal static string Address(string issuer, string code) => issuer + "errors/" + code;

    /// <summary>The code to which an address leads.</summary>
    internal static string At(string address) => address[(address.LastIndexOf('/') + 1)..];
}
