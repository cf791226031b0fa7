using Moi.Identity.Fido2.Data;
using Moi.Identity.Fido2.Signatures;

namespace Moi.Identity.Fido2.Attestation;

/// <summary>What a verification procedure is given; WebAuthn Level 3 §6.5.2 "verification procedure inputs", and policy.</summary>
internal sealed record AttestationInput
{
    /// <summary><c>attStmt</c>: one CBOR item that is known to be well-formed.</summary>
    internal required ReadOnlyMemory<byte> Statement { get; init; }

    internal required AuthenticatorData AuthenticatorData { get; init; }

    internal required AttestedCredentialData Attested { get; init; }

    /// <summary>SHA-256 of the client data.</summary>
    internal required byte[] ClientDataHash { get; init; }

    /// <summary>The credential public key, checked and imported.</summary>
    internal required VerificationKey CredentialKey { get; init; }

    /// <summary>The members of the credential public key.</summary>
    internal required CoseKey CredentialCoseKey { get; init; }

    /// <summary>The policy that was issued; formats with choices read theirs.</summary>
    internal required RegistrationPolicy Policy { get; init; }

    /// <summary>The time, for statements that say when they were made.</summary>
    internal required DateTimeOffset Now { get; init; }

    /// <summary>Which text decides in the few places named at <see cref="EngineMode"/>.</summary>
    internal required EngineMode Mode { get; init; }

    /// <summary>Whether the options asked for enterprise attestation.</summary>
    internal bool IsEnterpriseRequested { get; init; }

    /// <summary>"the concatenation of authenticatorData and clientDataHash"</summary>
    internal byte[] SignedData => field ??= [.. AuthenticatorData.Raw.Span, .. ClientDataHash];
}

/// <summary>What a verification procedure returns: the type, and the certificates, the leaf first.</summary>
internal sealed record AttestationEvidence(AttestationType Type, IReadOnlyList<byte[]> TrustPath)
{
    /// <summary><c>alg</c> of a packed statement, which the conformance tests compare with the metadata.</summary>
    internal CoseAlgorithm? StatementAlgorithm { get; init; }

    /// <summary>The format of one statement of a compound attestation.</summary>
    internal string Format { get; init; } = "";

    /// <summary>What each statement of a compound attestation conveys that verified; empty for other formats.</summary>
    internal IReadOnlyList<AttestationEvidence> Statements { get; init; } = [];
}

/// <summary>The verification procedure of one attestation statement format; §8. Pure.</summary>
internal interface IAttestationStatementFormat
{
    /// <summary>The format identifier, matched exactly (§8.1).</summary>
    string Identifier { get; }

    /// <summary>Runs the procedure, or refuses.</summary>
    AttestationEvidence Verify(AttestationInput input);
}
