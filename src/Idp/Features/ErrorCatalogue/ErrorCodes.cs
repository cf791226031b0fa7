using System.Collections.Frozen;

namespace Moi.Identity.Idp.Features.ErrorCatalogue;

/// <summary>
/// The stable codes of what the protocol endpoints refuse. Each has a page, <c>/errors/CODE</c>, to which the
/// <c>error_uri</c> of the answer leads (RFC 6749 §5.2). A code is never used for anything else. Here are the general codes of
/// what the engine refuses; the codes of a single reason stand with their <see cref="Refusal"/>.
/// </summary>
internal static class ErrorCodes
{
    internal const string Request = "MOI-REQ-001";

    /// <summary>The code of an error of the engine that says nothing more precise. What we refuse ourselves has a code of its reason.</summary>
    private static readonly FrozenDictionary<string, string> ByError = new Dictionary<string, string>
    {
        ["invalid_request"] = Request,
        ["unsupported_response_type"] = "MOI-REQ-003",
        ["unsupported_grant_type"] = "MOI-REQ-003",
        ["unauthorized_client"] = "MOI-CLI-002",
        ["invalid_token"] = "MOI-TOK-002",
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
