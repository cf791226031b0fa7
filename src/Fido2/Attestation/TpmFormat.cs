using System.Security.Cryptography;
using Moi.Identity.Fido2.Signatures;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Attestation;

/// <summary>WebAuthn Level 3 §8.3, "TPM Attestation Statement Format".</summary>
internal sealed class TpmFormat : IAttestationStatementFormat
{
    private static readonly StatementSyntax Syntax =
        new(["ver", "alg", "x5c", "sig", "certInfo", "pubArea"], WebAuthnError.TpmMembers, WebAuthnError.TpmX5c)
        {
            EcdaaError = WebAuthnError.TpmEcdaa,
        };

    public string Identifier => "tpm";

    public AttestationEvidence Verify(AttestationInput input)
    {
        // 1. "Verify that attStmt is valid CBOR conforming to the syntax defined above and perform CBOR decoding on it to
        //     extract the contained fields."
        var statement = StatementMap.Read(input.Statement, Syntax);
        var (algorithm, signature, certInfoBytes) = (statement.Algorithm, statement.Signature, statement.Bytes("certInfo"));
        Require(statement.Version == "2.0", WebAuthnError.TpmVersion);
        var pubArea = TpmPublicArea.Parse(statement.Bytes("pubArea"));

        // 2. "Verify that the public key specified by the parameters and unique fields of pubArea is identical to the
        //     credentialPublicKey in the attestedCredentialData in authenticatorData."
        Require(pubArea.IsKey(input.CredentialCoseKey), WebAuthnError.TpmKey);

        // 3. "Concatenate authenticatorData and clientDataHash to form attToBeSigned."
        var attToBeSigned = input.SignedData;

        // 4. "Verify integrity of certInfo": "Verify that x5c is present."
        var certificates = statement.RequiredCertificates;
        var aikCert = AttestationCertificate.Parse(certificates[0]);
        AttestationCertificate.CheckRest(certificates);

        //    "Verify that aikCert meets the requirements in § 8.3.1" and "If aikCert contains an extension with OID
        //     1.3.6.1.4.1.45724.1.1.4 (id-fido-gen-ce-aaguid) verify that the value of this extension matches the aaguid in
        //     authenticatorData."
        TpmCertificateRules.Check(aikCert, input.Attested.Aaguid, input.Mode, input.Policy.AllowUnknownTpmManufacturers);

        //    "Verify the sig is a valid signature over certInfo using the attestation public key in aikCert with the algorithm
        //     specified in alg." Windows has signed with SHA-1 here until today: the policy decides.
        var allowSha1 = input.Mode == EngineMode.Conformance || input.Policy.AllowTpmSha1;
        Require(
            aikCert.TryGetKey(algorithm, allowSha1 ? EngineMode.Conformance : input.Mode, out var attestationKey)
                && AlgorithmTable.Hash(algorithm) is not null,
            WebAuthnError.TpmAlgorithm);
        attestationKey.Verify(certInfoBytes, signature);

        // 5. "Validate that certInfo is valid": magic and type are checked where it is parsed.
        var certInfo = TpmCertInfo.Parse(certInfoBytes);

        //    "Verify that extraData is set to the hash of attToBeSigned using the hash algorithm employed in "alg"."
        var hash = AlgorithmTable.Hash(algorithm)!.Value;
        Require(certInfo.ExtraData.AsSpan().SequenceEqual(CryptographicOperations.HashData(hash, attToBeSigned)), WebAuthnError.TpmExtraData);

        //    "Verify that attested contains a TPMS_CERTIFY_INFO structure …, whose name field contains a valid Name for pubArea,
        //     as computed using the procedure specified in [TPMv2-Part1] section 16 using the nameAlg in the pubArea."
        Require(certInfo.Name.AsSpan().SequenceEqual(pubArea.Name(input.Mode == EngineMode.Conformance)), WebAuthnError.TpmName);

        // 6. "If successful, return … attestation type AttCA and attestation trust path x5c."
        return new AttestationEvidence(AttestationType.AttCA, certificates);
    }
}
