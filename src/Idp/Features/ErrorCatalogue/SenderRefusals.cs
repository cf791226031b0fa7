using Moi.Identity.Dpop;

namespace Moi.Identity.Idp.Features.ErrorCatalogue;

/// <summary>Tokens that are bound to a key, by DPoP (RFC 9449) or by a certificate (RFC 8705).</summary>
internal static class SenderRefusals
{
    internal static readonly Refusal ProofUsed = new(
        "MOI-TOK-020", "invalid_dpop_proof", "The DPoP proof has been used before: make a new one for each request.");

    internal static readonly Refusal OtherKey = new(
        "MOI-TOK-021", "invalid_dpop_proof", "The DPoP proof was made with another key than the one in dpop_jkt.");

    internal static readonly Refusal NoProof = new(
        "MOI-TOK-022", "invalid_token", "It is bound to a DPoP key: a proof made with that key is needed.");

    internal static readonly Refusal NoProofForGrant = NoProof with { Error = "invalid_grant" };

    internal static readonly Refusal UnknownBinding = new("MOI-TOK-022", "invalid_token", "It is bound to a key that this server does not know.");

    internal static readonly Refusal NotBound = new(
        "MOI-TOK-022", "invalid_token", "It is not bound to a DPoP key: use the scheme Bearer.");

    internal static readonly Refusal NoCertificate = new(
        "MOI-TOK-023", "invalid_token", "It is bound to a certificate: the connection must show that certificate.");

    internal static readonly Refusal NoCertificateForGrant = NoCertificate with { Error = "invalid_grant" };

    internal static readonly Refusal CertificateRequired = new(
        "MOI-TOK-023", "invalid_request", "The tokens of this client are bound to its certificate: the connection must show it.");

    /// <summary>What is wrong with a proof.</summary>
    internal static Refusal Of(DpopError error) => new(CodeOf(error), error.Code(), error.Hint());

    private static string CodeOf(DpopError error) => error switch
    {
        DpopError.NonceMissing or DpopError.NonceMismatch => "MOI-TOK-006",
        DpopError.Missing => "MOI-TOK-017",
        DpopError.MethodMismatch or DpopError.AddressMismatch or DpopError.AccessTokenHashMismatch => "MOI-TOK-019",
        DpopError.JtiMissing or DpopError.TimeMissing or DpopError.TimeOutsideWindow => "MOI-TOK-020",
        DpopError.KeyMismatch => "MOI-TOK-021",
        _ => "MOI-TOK-018",
    };
}
