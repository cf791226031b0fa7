using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Attestation;

/// <summary>WebAuthn Level 3 §8.4, "Android Key Attestation Statement Format".</summary>
internal sealed class AndroidKeyFormat : IAttestationStatementFormat
{
    private static readonly StatementSyntax Syntax = new(["alg", "sig", "x5c"], WebAuthnError.AndroidKeyMembers, WebAuthnError.AndroidKeyX5c);

    public string Identifier => "android-key";

    public AttestationEvidence Verify(AttestationInput input)
    {
        // 1. "Verify that attStmt is valid CBOR conforming to the syntax defined above and perform CBOR decoding on it to
        //     extract the contained fields."
        var statement = StatementMap.Read(input.Statement, Syntax);
        var (algorithm, signature, certificates) = (statement.Algorithm, statement.Signature, statement.RequiredCertificates);

        // 2. "Verify that sig is a valid signature over the concatenation of authenticatorData and clientDataHash using the
        //     public key in the first certificate in x5c with the algorithm specified in alg."
        var credCert = AttestationCertificate.Parse(certificates[0]);
        AttestationCertificate.CheckRest(certificates);
        Require(credCert.TryGetKey(algorithm, input.Mode, out var certified), WebAuthnError.AndroidKeyAlgorithm);
        certified.Verify(input.SignedData, signature);

        // 3. "Verify that the public key in the first certificate in x5c matches the credentialPublicKey in the
        //     attestedCredentialData in authenticatorData." The algorithm belongs to the key: it signs with it from now on.
        Require(
            algorithm == input.CredentialCoseKey.Algorithm && credCert.ToCoseKey(algorithm)!.IsSameKeyAs(input.CredentialCoseKey),
            WebAuthnError.AndroidKeyMismatch);

        // 4. "Verify that the attestationChallenge field in the attestation certificate extension data is identical to
        //     clientDataHash."
        var extension = credCert.Find(AndroidKeyDescription.Oid);
        Require(extension is not null, WebAuthnError.AndroidKeyDescription, "The certificate has no key description.");
        var description = AndroidKeyDescription.Parse(extension.Value);
        Require(description.AttestationChallenge.AsSpan().SequenceEqual(input.ClientDataHash), WebAuthnError.AndroidKeyChallenge);

        // 5. "Verify the following using the appropriate authorization list from the attestation certificate extension data:"
        //    "The AuthorizationList.allApplications field is not present on either authorization list (softwareEnforced nor
        //     teeEnforced), since PublicKeyCredential MUST be scoped to the RP ID."
        var (software, tee) = (description.SoftwareEnforced, description.TeeEnforced);
        Require(!software.HasAllApplications && !tee.HasAllApplications, WebAuthnError.AndroidKeyAllApplications);

        //    "For the following, use only the teeEnforced authorization list if the RP wants to accept only keys from a trusted
        //     execution environment, otherwise use the union of teeEnforced and softwareEnforced."
        AndroidAuthorizationList[] lists = input.Policy.AndroidKeyScope == AndroidKeyScope.TeeOnly ? [tee] : [tee, software];

        //    "The value in the AuthorizationList.origin field is equal to KM_ORIGIN_GENERATED."
        long[] origins = [.. lists.Select(list => list.Origin).OfType<long>()];
        Require(origins.Length > 0 && origins.All(origin => origin == AndroidAuthorizationList.OriginGenerated), WebAuthnError.AndroidKeyOrigin);

        //    "The value in the AuthorizationList.purpose field is equal to KM_PURPOSE_SIGN." It is a set; keys of real devices
        //    may verify too.
        Require(lists.Any(list => list.Purposes.Contains(AndroidAuthorizationList.PurposeSign)), WebAuthnError.AndroidKeyPurpose);

        // 6. "If successful, return … attestation type Basic and attestation trust path x5c."
        return new AttestationEvidence(AttestationType.Basic, certificates);
    }
}
