using System.Buffers.Text;
using System.Security.Cryptography;
using Moi.Identity.Fido2.Attestation;
using Moi.Identity.Fido2.Data;
using Moi.Identity.Fido2.Signatures;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Procedures;

/// <summary>WebAuthn Level 3 §7.1, "Registering a New Credential".</summary>
/// <remarks>Everything is checked against what was issued, which the state carries; nothing the client echoes counts.</remarks>
internal static class RegistrationProcedure
{
    /// <summary>"Verify that the credentialId is ≤ 1023 bytes" (step 25).</summary>
    private const int LongestCredentialId = 1023;

    /// <summary>§4: "at least 16 bytes that include at least 100 bits of entropy".</summary>
    private const int ShortestCredentialId = 16;

    internal static CredentialRecord Run(
        RegistrationState state, ReadOnlySpan<byte> responseJson, RelyingParty relyingParty, EngineMode mode,
        AttestationTrustSource trustSource, DateTimeOffset now)
    {
        // 1-2. "Let options be a new CredentialCreationOptions structure" and "Call navigator.credentials.create()":
        //      Registration.Start and the browser.
        var policy = state.Policy;

        // 3. "Let response be credential.response. If response is not an instance of AuthenticatorAttestationResponse, abort"
        // 4. "Let clientExtensionResults be the result of calling credential.getClientExtensionResults()."
        var response = ResponseReader.ReadAttestation(responseJson);

        // Not of the section: the client that reports another attachment than was asked for (§5.4.4) did not do as it was told.
        // One that reports none is accepted: attachment is a hint, and only attestation can prove a class of device.
        Require(
            state.AuthenticatorAttachment is null || response.Attachment is null || response.Attachment == state.AuthenticatorAttachment,
            WebAuthnError.AttachmentMismatch);

        // 5. "Let JSONtext be the result of running UTF-8 decode on the value of response.clientDataJSON."
        // 6. "Let C, the client data claimed as collected during the credential creation, be the result of running an
        //     implementation-specific JSON parser on JSONtext."
        var c = ClientData.Parse(response.ClientDataJson, mode);

        // 7. "Verify that the value of C.type is webauthn.create."
        Require(c.Type.SequenceEqual("webauthn.create"u8), WebAuthnError.ClientDataType);

        // 8-11. Challenge, origin, crossOrigin and topOrigin, in words shared with §7.2.
        ClientDataRules.Check(c, state.Challenge.Span, relyingParty);

        // 12. "Let hash be the result of computing a hash over response.clientDataJSON using SHA-256."
        var hash = SHA256.HashData(response.ClientDataJson);

        // 13. "Perform CBOR decoding on the attestationObject field of the AuthenticatorAttestationResponse structure to obtain
        //      the attestation statement format fmt, the authenticator data authData, and the attestation statement attStmt."
        var attestationObject = AttestationObject.Parse(response.AttestationObject);
        var (fmt, attStmt, authData) = attestationObject;
        Require(authData.Attested is not null, WebAuthnError.AuthenticatorDataAttestedMissing);
        var attested = authData.Attested;
        var coseKey = CoseKey.Parse(attested.PublicKey.Span, canonical: true);

        // 14. "Verify that the rpIdHash in authData is the SHA-256 hash of the RP ID expected by the Relying Party."
        Require(CryptographicOperations.FixedTimeEquals(authData.RpIdHash, relyingParty.IdHash.Span), WebAuthnError.AuthenticatorDataRpId);

        // 15. "If options.mediation is not set to conditional, verify that the UP bit of the flags in authData is set."
        Require(state.IsConditional || authData.Has(AuthenticatorFlags.UserPresent), WebAuthnError.AuthenticatorDataUserPresent);

        // 16. "If the Relying Party requires user verification for this registration, verify that the UV bit of the flags in
        //      authData is set."
        Require(
            policy.UserVerification != UserVerificationRequirement.Required || authData.Has(AuthenticatorFlags.UserVerified),
            WebAuthnError.AuthenticatorDataUserVerified);

        // 17. "If the BE bit of the flags in authData is not set, verify that the BS bit is not set."
        var isBackupEligible = authData.Has(AuthenticatorFlags.BackupEligible);
        var isBackedUp = authData.Has(AuthenticatorFlags.BackedUp);
        Require(isBackupEligible || !isBackedUp, WebAuthnError.AuthenticatorDataBackupState);

        // 18. "If the Relying Party uses the credential's backup eligibility to inform its user experience flows and/or policies,
        //      evaluate the BE bit of the flags in authData."
        Require(!isBackupEligible || policy.BackupEligibility == BackupEligibility.Any, WebAuthnError.BackupEligibilityNotAllowed);

        // 19. "If the Relying Party uses the credential's backup state …, evaluate the BS bit": no policy depends on it.

        // 20. "Verify that the "alg" parameter in the credential public key in authData matches the alg attribute of one of the
        //      items in pkOptions.pubKeyCredParams."
        Require(state.Algorithms.Any(offered => offered == coseKey.Algorithm), WebAuthnError.KeyAlgorithmNotOffered);

        Require(AlgorithmTable.IsAllowed(AlgorithmTable.Identify(coseKey.Algorithm), mode), WebAuthnError.KeyAlgorithmUnsupported, "SHA-1");

        // The key is imported here, so that one that can never verify is never stored.
        var credentialKey = VerificationKey.Create(coseKey);

        // 21. "Determine the attestation statement format by performing a USASCII case-sensitive match on fmt against the set of
        //      supported WebAuthn Attestation Statement Format Identifier values."
        var format = AttestationFormats.Find(fmt);
        Require(format is not null, WebAuthnError.AttestationFormatUnknown, fmt);
        Require(AttestationFormats.IsEnabled(format, policy), WebAuthnError.AttestationFormatDisabled, fmt);

        // §5.4.7: only "enterprise" asks for "an attestation statement that may include information which uniquely identifies the
        //         authenticator". One that says it is of that kind, unasked, may name the citizen's very device.
        Require(
            !attestationObject.IsEnterprise || state.Attestation == AttestationConveyance.Enterprise, WebAuthnError.AttestationEnterprise);

        // 22. "Verify that attStmt is a correct attestation statement, conveying a valid attestation signature, by using the
        //      attestation statement format fmt's verification procedure given attStmt, authData and hash."
        var evidence = format.Verify(new AttestationInput
        {
            Statement = attStmt,
            AuthenticatorData = authData,
            Attested = attested,
            ClientDataHash = hash,
            CredentialKey = credentialKey,
            CredentialCoseKey = coseKey,
            Policy = policy,
            Now = now,
            Mode = mode,
            IsEnterpriseRequested = state.Attestation == AttestationConveyance.Enterprise,
        });

        // 23. "If validation is successful, obtain a list of acceptable trust anchors … from a trusted source or from policy."
        // 24. "Assess the attestation trustworthiness using the outputs of the verification procedure in step 22"
        var trust = AttestationTrust.Assess(
            evidence, new ClaimedModel(attested.Aaguid, fmt, credentialKey.Algorithm), policy, new TrustContext(trustSource, mode, now));

        // 25. "Verify that the credentialId is ≤ 1023 bytes." §4 asks authenticators for 16 at least.
        Require(attested.CredentialId.Length <= LongestCredentialId, WebAuthnError.CredentialIdLength);
        Require(
            attested.CredentialId.Length >= (policy.AllowShortCredentialIds ? 1 : ShortestCredentialId), WebAuthnError.CredentialIdLength);

        // 26. "Verify that the credentialId is not yet registered for any user." The store's unique constraint decides; what is
        //     known here is that a credential named in excludeCredentials exists.
        var id = Base64Url.EncodeToString(attested.CredentialId.Span);
        Require(!state.ExcludedCredentials.Contains(id, StringComparer.Ordinal), WebAuthnError.CredentialExists);

        // 27. "Let credentialRecord be a new credential record with the following contents" - its id is that of authData, which
        //     credential.rawId must repeat.
        Require(attested.CredentialId.Span.SequenceEqual(response.Id), WebAuthnError.IdMismatch, "rawId is not the credential ID of authData.");

        // 28. "Process the client extension outputs in clientExtensionResults and the authenticator extension outputs in the
        //      extensions in authData as required by the Relying Party." Unsolicited ones are ignored.
        ExtensionRules.Check(state, response.Extensions, authData);

        // 29. "If all the above steps are successful, store credentialRecord in the user account": the caller's.
        return new CredentialRecord
        {
            Id = attested.CredentialId.ToArray(),
            RelyingPartyId = relyingParty.Id,
            UserHandle = state.UserHandle,
            PublicKey = attested.PublicKey.ToArray(),
            Algorithm = credentialKey.Algorithm,
            SignCount = authData.SignCount,
            IsUserVerificationInitialized = authData.Has(AuthenticatorFlags.UserVerified),
            IsBackupEligible = isBackupEligible,
            IsBackedUp = isBackedUp,
            Status = CredentialStatus.Active,
            Transports = response.Transports,
            AuthenticatorAttachment = response.Attachment,
            IsDiscoverable = response.Extensions.IsDiscoverable,
            IsPrfEnabled = response.Extensions.IsPrfEnabled,
            IsLargeBlobSupported = response.Extensions.IsLargeBlobSupported,
            Aaguid = attested.Aaguid,
            AttestationFormat = fmt,
            AttestationType = trust.Type,
            IsAttestationTrusted = trust.Anchor is not null,
            TrustAnchorThumbprint = trust.Anchor?.Thumbprint,
            AttestationKeyIdentifier = trust.KeyIdentifier,
            MetadataNumber = trust.MetadataNumber,
            CertificationLevel = trust.Certification,
            AttestationWarnings = trust.Warnings,
            TrustPathThumbprints = [.. trust.TrustPath.Select(der => Convert.ToHexStringLower(SHA256.HashData(der)))],
            AttestationObject = response.AttestationObject,
            AttestationClientDataJson = response.ClientDataJson,
            CreatedAt = now,
        };
    }
}
