namespace Moi.Identity.Idp.Features.Oidc.SenderConstraint;

/// <summary>Section <c>Idp:Dpop</c>: proofs of possession (RFC 9449).</summary>
internal sealed class DpopOptions
{
    internal const string Section = "Idp:Dpop";

    /// <summary>Whether a proof must hold a nonce of this server (RFC 9449 §8 and §9).</summary>
    /// <value>Default <c>true</c>.</value>
    /// <remarks>Without it, whoever could use a client's key for a moment can have made proofs for later.</remarks>
    public bool RequireNonce { get; set; } = true;
}
