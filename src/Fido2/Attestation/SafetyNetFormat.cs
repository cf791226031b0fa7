using System.Security.Cryptography;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Attestation;

/// <summary>WebAuthn Level 3 §8.5, "Android SafetyNet Attestation Statement Format".</summary>
/// <remarks>Off unless the policy switches it on by name.</remarks>
internal sealed class SafetyNetFormat : IAttestationStatementFormat
{
    private const string Host = "attest.android.com";

    private static readonly StatementSyntax Syntax = new(["ver", "response"], WebAuthnError.SafetyNetMembers, WebAuthnError.SafetyNetMembers);
    private static readonly TimeSpan OldestResponse = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan FastestClock = TimeSpan.FromMinutes(1);

    public string Identifier => "android-safetynet";

    public AttestationEvidence Verify(AttestationInput input)
    {
        // 1. "Verify that attStmt is valid CBOR conforming to the syntax defined above and perform CBOR decoding on it to
        //     extract the contained fields."
        var statement = StatementMap.Read(input.Statement, Syntax);

        // 2. "Verify that response is a valid SafetyNet response of version ver …. As of this writing, there is only one format
        //     of the SafetyNet response and ver is reserved for future use."
        Require(statement.Version.Length > 0, WebAuthnError.SafetyNetMembers, "ver is empty.");
        var response = SafetyNetResponse.Parse(statement.Bytes("response"));

        // 3. "Verify that the nonce attribute in the payload of response is identical to the Base64 encoding of the SHA-256 hash
        //     of the concatenation of authenticatorData and clientDataHash."
        Require(response.Nonce == Convert.ToBase64String(SHA256.HashData(input.SignedData)), WebAuthnError.SafetyNetNonce);

        // 4. "Verify that the SafetyNet response actually came from the SafetyNet service by following the steps in the SafetyNet
        //     online documentation": the certificate is for attest.android.com, and its key signed; the chain is step 23's.
        //     Also there: ctsProfileMatch and the time.
        var leaf = AttestationCertificate.Parse(response.Certificates[0]);
        AttestationCertificate.CheckRest(response.Certificates);
        Require(leaf.HasHostName(Host), WebAuthnError.SafetyNetHost);
        Require(leaf.TryGetKey(SafetyNetResponse.Algorithm, input.Mode, out var key), WebAuthnError.SafetyNetJws, "alg does not fit the certificate's key.");
        key.Verify(response.SigningInput, response.Signature);
        Require(response.IsCtsProfileMatch, WebAuthnError.SafetyNetIntegrity);
        var age = input.Now - response.Timestamp;
        Require(age <= OldestResponse && age >= -FastestClock, WebAuthnError.SafetyNetTimestamp);

        // 5. "If successful, return … attestation type Basic and attestation trust path x5c."
        return new AttestationEvidence(AttestationType.Basic, response.Certificates);
    }
}
