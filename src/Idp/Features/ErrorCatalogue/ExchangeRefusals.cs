namespace Moi.Identity.Idp.Features.ErrorCatalogue;

/// <summary>Token exchange (RFC 8693 §2.2.2: whatever is wrong with a subject token is an <c>invalid_request</c>).</summary>
internal static class ExchangeRefusals
{
    internal static readonly Refusal NotYours = new(
        "MOI-TOK-026", "invalid_request", "The subject token is neither for this client's resource nor its own.");

    internal static readonly Refusal TooFar = new("MOI-TOK-026", "invalid_request", "The subject token has been passed on {0} times already.");

    internal static readonly Refusal NotGood = new(
        "MOI-TOK-027", "invalid_request", "The subject token is not a citizen's, or it is no longer good.");

    internal static readonly Refusal Target = new(
        "MOI-TOK-028", "invalid_target", "Name one resource, as resource or audience, that lets this client exchange tokens.");

    internal static readonly Refusal Scopes = new("MOI-TOK-028", "invalid_scope", "Name scopes of the resource.");
}
