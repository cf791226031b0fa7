namespace Moi.Identity.Fido2;

/// <summary>Which text decides where the specification and the conformance tests of the FIDO Alliance contradict each other.</summary>
/// <remarks>
/// The places, and nothing else:
/// <list type="table">
/// <listheader><term>place</term><description><see cref="Specification"/>; <see cref="Conformance"/></description></listheader>
/// <item><term>RS1 (SHA-1) for credentials</term><description>refused; accepted where offered</description></item>
/// <item><term>RS1 as <c>alg</c> of a statement other than <c>tpm</c></term><description>refused; accepted</description></item>
/// <item><term>SHA-1 in <c>tpm</c> statements (§8.3)</term><description>by <see cref="RegistrationPolicy.AllowTpmSha1"/>; accepted</description></item>
/// <item><term>SHA-1 as <c>nameAlg</c> of a <c>tpm</c> key (§8.3)</term><description>refused; accepted</description></item>
/// <item><term>SHA-1 in the certificates of a trust path, and in their revocation lists</term><description>does not count; counts</description></item>
/// <item><term>the manufacturer <c>id:FFFFF1D0</c> of a TPM (§8.3.1)</term><description>unknown; known</description></item>
/// <item><term><c>tokenBinding</c> in client data (§5.8.1)</term><description>ignored; its shape is checked</description></item>
/// <item><term><c>alg</c> of a <c>packed</c> statement with certificates</term><description>any that fits the certificate; one of the metadata's</description></item>
/// <item><term>the AAGUID of a <c>fido-u2f</c> registration (§8.6)</term><description>anything; zero</description></item>
/// <item><term>certificates in <c>x5c</c> after the path, or the anchor in it</term><description>a warning; they lead to no anchor</description></item>
/// <item><term>certificates without a path to an anchor, with metadata</term><description>as the policy says; refused</description></item>
/// <item><term>self attestation, with metadata</term><description>of any model; of a known one that makes it, with that algorithm</description></item>
/// <item><term><see cref="RegistrationPolicy.AllowUnnamedModels"/> (§8.2.1)</term><description>as the policy says; implied</description></item>
/// </list>
/// </remarks>
public enum EngineMode
{
    /// <summary>WebAuthn Level 3. The only mode for production.</summary>
    Specification = 0,

    /// <summary>What the conformance tests demand. SECURITY: accepts SHA-1 where the tests do.</summary>
    Conformance,
}
