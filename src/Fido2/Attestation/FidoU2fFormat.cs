using Moi.Identity.Fido2.Data;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Attestation;

/// <summary>WebAuthn Level 3 §8.6, "FIDO U2F Attestation Statement Format".</summary>
internal sealed class FidoU2fFormat : IAttestationStatementFormat
{
    private const int CoordinateLength = 32;

    private static readonly StatementSyntax Syntax = new(["x5c", "sig"], WebAuthnError.U2fMembers, WebAuthnError.U2fX5c);

    public string Identifier => "fido-u2f";

    public AttestationEvidence Verify(AttestationInput input)
    {
        // 1. "Verify that attStmt is valid CBOR conforming to the syntax defined above and perform CBOR decoding on it to
        //     extract the contained fields."
        var statement = StatementMap.Read(input.Statement, Syntax);
        var (certificates, signature) = (statement.RequiredCertificates, statement.Signature);

        // 2. "Check that x5c has exactly one element and let attCert be that element. Let certificate public key be the public
        //     key conveyed by attCert. If certificate public key is not an Elliptic Curve (EC) public key over the P-256 curve,
        //     terminate this algorithm and return an appropriate error."
        Require(certificates.Count == 1, WebAuthnError.U2fX5c);
        var attCert = AttestationCertificate.Parse(certificates[0]);
        Require(attCert.TryGetKey((int)CoseAlgorithm.ES256, input.Mode, out var certificatePublicKey), WebAuthnError.U2fCurve);

        // 3. "Extract the claimed rpIdHash from authenticatorData, and the claimed credentialId and credentialPublicKey from
        //     authenticatorData.attestedCredentialData."
        var rpIdHash = input.AuthenticatorData.RpIdHash;
        var credentialId = input.Attested.CredentialId.Span;
        var credentialPublicKey = input.CredentialCoseKey;

        // Not of the section: U2F authenticators have no AAGUID, and the conformance tests demand it to be zero.
        Require(input.Mode != EngineMode.Conformance || input.Attested.Aaguid == Guid.Empty, WebAuthnError.U2fAaguid);

        // 4. "Convert the COSE_KEY formatted credentialPublicKey to Raw ANSI X9.62 public key format. Let x be the value
        //     corresponding to the "-2" key (representing x coordinate) in credentialPublicKey, and confirm its size to be of 32
        //     bytes. … Let y be the value corresponding to the "-3" key … Let publicKeyU2F be the concatenation 0x04 || x || y."
        //    U2F knows no other key than one for ES256.
        Require(
            credentialPublicKey is { KeyType: CoseKey.Ec2, First.Length: CoordinateLength, Second.Length: CoordinateLength }
                && input.CredentialKey.Algorithm == CoseAlgorithm.ES256,
            WebAuthnError.U2fKey);

        // 5. "Let verificationData be the concatenation of (0x00 || rpIdHash || clientDataHash || credentialId || publicKeyU2F)"
        byte[] verificationData =
        [
            0x00, .. rpIdHash, .. input.ClientDataHash, .. credentialId, 0x04, .. credentialPublicKey.First!, .. credentialPublicKey.Second!,
        ];

        // 6. "Verify the sig using verificationData and the certificate public key per section 4.1.4 of [SEC1] with SHA-256 as
        //     the hash function used in step two."
        certificatePublicKey.Verify(verificationData, signature);

        // 7. "Optionally, inspect x5c and consult externally provided knowledge": there is none here.
        // 8. "If successful, return … attestation type Basic, AttCA or uncertainty, and attestation trust path x5c."
        return new AttestationEvidence(AttestationType.Basic, certificates);
    }
}
