using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Attestation;

/// <summary>WebAuthn Level 3 §8.7, "None Attestation Statement Format".</summary>
internal sealed class NoneFormat : IAttestationStatementFormat
{
    private const byte EmptyMap = 0xA0;

    public string Identifier => "none";

    public AttestationEvidence Verify(AttestationInput input)
    {
        // Syntax: "emptyMap = {}". The statement is well-formed in its shortest form, so it is this one byte.
        Require(input.Statement.Span is [EmptyMap], WebAuthnError.NoneStatement);

        // "Return implementation-specific values representing attestation type None and an empty attestation trust path."
        return new AttestationEvidence(AttestationType.None, []);
    }
}
