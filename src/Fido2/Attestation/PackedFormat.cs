using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Attestation;

/// <summary>WebAuthn Level 3 §8.2, "Packed Attestation Statement Format".</summary>
internal sealed class PackedFormat : IAttestationStatementFormat
{
    private static readonly StatementSyntax Syntax = new(["alg", "sig", "x5c"], WebAuthnError.PackedMembers, WebAuthnError.PackedX5c)
    {
        EcdaaError = WebAuthnError.PackedEcdaa,
    };

    public string Identifier => "packed";

    public AttestationEvidence Verify(AttestationInput input)
    {
        // 1. "Verify that attStmt is valid CBOR conforming to the syntax defined above and perform CBOR decoding on it to
        //     extract the contained fields."
        var statement = StatementMap.Read(input.Statement, Syntax);
        var (algorithm, signature) = (statement.Algorithm, statement.Signature);

        // 2. "If x5c is present:"
        if (statement.Certificates is { } certificates)
        {
            // "Verify that sig is a valid signature over the concatenation of authenticatorData and clientDataHash using the
            //  attestation public key in attestnCert with the algorithm specified in alg."
            var leaf = AttestationCertificate.Parse(certificates[0]);
            Require(leaf.TryGetKey(algorithm, input.Mode, out var attestationKey), WebAuthnError.PackedAlgorithm, "alg does not fit the certificate's key.");
            attestationKey.Verify(input.SignedData, signature);

            // "Verify that attestnCert meets the requirements in § 8.2.1" and "If attestnCert contains an extension with OID
            //  1.3.6.1.4.1.45724.1.1.4 (id-fido-gen-ce-aaguid) verify that the value of this extension matches the aaguid in
            //  authenticatorData."
            PackedCertificateRules.Check(leaf, input.Attested.Aaguid, input.IsEnterpriseRequested);

            // Every other certificate must be one too, trusted or not.
            AttestationCertificate.CheckRest(certificates);

            // "Optionally, inspect x5c and consult externally provided knowledge to determine whether attStmt conveys a Basic
            //  or AttCA attestation." There is none without metadata.
            // "If successful, return … attestation type Basic, AttCA or uncertainty, and attestation trust path x5c."
            return new AttestationEvidence(AttestationType.Basic, certificates) { StatementAlgorithm = attestationKey.Algorithm };
        }

        // 3. "If x5c is not present, self attestation is in use."
        //    "Validate that alg matches the algorithm of the credentialPublicKey in authenticatorData."
        Require(algorithm == (int)input.CredentialKey.Algorithm, WebAuthnError.PackedAlgorithm, "alg is not that of the credential key.");

        //    "Verify that sig is a valid signature over the concatenation of authenticatorData and clientDataHash using the
        //     credential public key with alg."
        input.CredentialKey.Verify(input.SignedData, signature);

        //    "If successful, return … attestation type Self and an empty attestation trust path."
        return new AttestationEvidence(AttestationType.Self, []);
    }
}
