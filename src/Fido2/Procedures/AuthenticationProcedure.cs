using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Moi.Identity.Fido2.Data;
using Moi.Identity.Fido2.Signatures;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Procedures;

/// <summary>WebAuthn Level 3 §7.2, "Verifying an Authentication Assertion".</summary>
internal static class AuthenticationProcedure
{
    /// <summary>Steps 3 to 5.</summary>
    internal static AuthenticationResponse Read(AuthenticationState state, ReadOnlySpan<byte> responseJson)
    {
        // 1-2. "Let options be a new CredentialRequestOptions structure" and "Call navigator.credentials.get()":
        //      Authentication.Start and the browser.

        // 3. "Let response be credential.response. If response is not an instance of AuthenticatorAssertionResponse, abort"
        // 4. "Let clientExtensionResults be the result of calling credential.getClientExtensionResults()."
        var response = ResponseReader.ReadAssertion(responseJson);

        // 5. "If pkOptions.allowCredentials is not empty, verify that credential.id identifies one of the public key credentials
        //     listed in pkOptions.allowCredentials."
        Require(
            state.AllowedCredentials.Count == 0
                || state.AllowedCredentials.Contains(Base64Url.EncodeToString(response.Id), StringComparer.Ordinal),
            WebAuthnError.CredentialNotAllowed);
        return new AuthenticationResponse(state, response);
    }

    /// <summary>Step 6.</summary>
    internal static OwnedCredential Own(AuthenticationResponse response, CredentialRecord? record)
    {
        // 6. "Identify the user being authenticated and let credentialRecord be the credential record for the credential"
        Require(record is not null, WebAuthnError.CredentialUnknown);
        Require(record.Id.Span.SequenceEqual(response.CredentialId.Span), WebAuthnError.CredentialUnknown, "The record is of another credential.");
        Require(record.RelyingPartyId == response.RelyingPartyId, WebAuthnError.CredentialUnknown, "The record is of another relying party.");
        Require(!record.UserHandle.IsEmpty, WebAuthnError.CredentialNotOwner, "The record has no owner.");

        if (response.State.UserHandle is { } identified)
        {
            // "If the user was identified before the authentication ceremony was initiated … verify that the identified
            //  user account contains a credential record whose id equals credential.rawId."
            // SECURITY: an account without any credential fails here like any other (CVE-2026-46419).
            Require(identified == Base64Url.EncodeToString(record.UserHandle.Span), WebAuthnError.CredentialNotOwner);

            // "If response.userHandle is present, verify that it equals the user handle of the user account."
            Require(response.UserHandle is not { } claimed || SameHandle(claimed, record), WebAuthnError.CredentialUserHandle);
        }
        else
        {
            // "If the user was not identified … verify that response.userHandle is present. Verify that the user account
            //  identified by response.userHandle contains a credential record whose id equals credential.rawId."
            Require(response.UserHandle is { } claimed && SameHandle(claimed, record), WebAuthnError.CredentialUserHandle);
        }

        // Not of the specification: a credential that was suspended or revoked never authenticates.
        Require(record.Status == CredentialStatus.Active, WebAuthnError.CredentialRevoked);
        return new OwnedCredential(response, record);
    }

    /// <summary>Steps 7 to 24.</summary>
    internal static AuthenticationSuccess Verify(
        OwnedCredential owned, RelyingParty relyingParty, PublicKeyCache keys, EngineMode mode, DateTimeOffset now)
    {
        var credentialRecord = owned.Credential;
        var state = owned.Response.State;
        var policy = state.Policy;

        // 7. "Let cData, authData and sig denote the value of response's clientDataJSON, authenticatorData, and signature
        //     respectively."
        var response = owned.Response.Parsed;
        var authData = AuthenticatorData.Parse(response.AuthenticatorData);
        CheckAttested(authData.Attested, credentialRecord);

        // 8. "Let JSONtext be the result of running UTF-8 decode on the value of cData."
        // 9. "Let C, the client data claimed as used for the signature, be the result of running an implementation-specific JSON
        //     parser on JSONtext."
        var c = ClientData.Parse(response.ClientDataJson, mode);

        // 10. "Verify that the value of C.type is the string webauthn.get."
        Require(c.Type.SequenceEqual("webauthn.get"u8), WebAuthnError.ClientDataType);

        // 11-14. Challenge, origin, crossOrigin and topOrigin, in words shared with §7.1.
        ClientDataRules.Check(c, state.Challenge.Span, relyingParty);

        // 15. "Verify that the rpIdHash in authData is the SHA-256 hash of the RP ID expected by the Relying Party."
        //     "If using the appid extension, this step needs some special logic."
        CheckRpIdHash(authData.RpIdHash, state, response, relyingParty);

        // 16. "Verify that the UP bit of the flags in authData is set." No exception exists (CVE-2021-38299).
        Require(authData.Has(AuthenticatorFlags.UserPresent), WebAuthnError.AuthenticatorDataUserPresent);

        // 17. "Determine whether user verification is required for this assertion. … If user verification was determined to be
        //      required, verify that the UV bit of the flags in authData is set. Otherwise, ignore the value of the UV flag."
        var isUserVerified = authData.Has(AuthenticatorFlags.UserVerified);
        Require(policy.UserVerification != UserVerificationRequirement.Required || isUserVerified, WebAuthnError.AuthenticatorDataUserVerified);

        // 18. "If the BE bit of the flags in authData is not set, verify that the BS bit is not set."
        var currentBe = authData.Has(AuthenticatorFlags.BackupEligible);
        var currentBs = authData.Has(AuthenticatorFlags.BackedUp);
        Require(currentBe || !currentBs, WebAuthnError.AuthenticatorDataBackupState);

        // 19. "If credentialRecord.backupEligible is set, verify that currentBe is set. If credentialRecord.backupEligible is not
        //      set, verify that currentBe is not set. Apply Relying Party policy, if any."
        // SECURITY: compared after step 21. A change is a sign of a copy, of which the owner is warned: it must come from the passkey
        // itself, and not from anybody who knows its id.

        // 20. "Let hash be the result of computing a hash over the cData using SHA-256."
        // 21. "Using credentialRecord.publicKey, verify that sig is a valid signature over the binary concatenation of authData
        //      and hash."
        var key = keys.Get(credentialRecord.PublicKey);
        Require(AlgorithmTable.IsAllowed(key.Algorithm, mode), WebAuthnError.KeyAlgorithmUnsupported, "SHA-1");
        VerifySignature(key, response, policy.EcdsaEncoding);
        Require(currentBe == credentialRecord.IsBackupEligible, WebAuthnError.BackupEligibilityChanged);
        Require(!currentBe || policy.BackupEligibility == BackupEligibility.Any, WebAuthnError.BackupEligibilityNotAllowed);

        // 22. "If authData.signCount is nonzero or credentialRecord.signCount is nonzero": greater is valid, anything else "is a
        //      signal, but not proof, that the authenticator may be cloned". Unsigned, 32 bits.
        var counter = (authData.SignCount, credentialRecord.SignCount) switch
        {
            (0, 0) => CounterVerdict.NotKept,
            var (sent, stored) when sent > stored => CounterVerdict.Advanced,
            _ => CounterVerdict.Regressed,
        };
        Require(counter != CounterVerdict.Regressed || policy.CounterRegression == CounterRegression.Flag, WebAuthnError.CounterRegression);

        // 23. "Process the client extension outputs … as required by the Relying Party": none is required, one is not accepted.
        ExtensionRules.CheckClientData(response.Extensions);

        // 24. "Update credentialRecord with new state values": AuthenticationSuccess.Credential, which the caller stores.

        // 25. "If all the above steps are successful, continue the authentication ceremony as appropriate."
        return new AuthenticationSuccess(owned)
        {
            At = now,
            IsUserPresent = true,
            IsUserVerified = isUserVerified,
            IsBackupEligible = currentBe,
            IsBackedUp = currentBs,
            SignCount = authData.SignCount,
            Counter = counter,
            AuthenticatorAttachment = response.Attachment,
        };
    }

    /// <summary>§6.1 leaves attested credential data out of assertions, but some authenticators send their own again.</summary>
    private static void CheckAttested(AttestedCredentialData? attested, CredentialRecord record)
        => Require(
            attested is null || (attested.CredentialId.Span.SequenceEqual(record.Id.Span) && IsSameKey(attested.PublicKey.Span, record.PublicKey.Span)),
            WebAuthnError.AuthenticatorDataAttestedMismatch);

    /// <summary>Stored keys may come from another server: the order of their members is free.</summary>
    private static bool IsSameKey(ReadOnlySpan<byte> sent, ReadOnlySpan<byte> stored)
    {
        if (sent.SequenceEqual(stored))
        {
            return true;
        }

        var (one, other) = (CoseKey.Parse(sent, canonical: true), CoseKey.Parse(stored, canonical: false));
        return one.Algorithm == other.Algorithm && one.IsSameKeyAs(other);
    }

    /// <summary>§10.1.1: with the output <c>appid</c> true, "the rpIdHash … MUST be the hash of the AppID, not the RP ID".</summary>
    private static void CheckRpIdHash(ReadOnlySpan<byte> rpIdHash, AuthenticationState state, AssertionResponse response, RelyingParty relyingParty)
    {
        if (response.Extensions.AppId && state.Extensions?.Appid is { } appId)
        {
            Require(CryptographicOperations.FixedTimeEquals(rpIdHash, SHA256.HashData(Encoding.UTF8.GetBytes(appId))), WebAuthnError.ExtensionAppId);
            return;
        }

        Require(CryptographicOperations.FixedTimeEquals(rpIdHash, relyingParty.IdHash.Span), WebAuthnError.AuthenticatorDataRpId);
    }

    private static void VerifySignature(VerificationKey key, AssertionResponse response, EcdsaEncoding encoding)
    {
        const int ShortData = 512;
        var authData = response.AuthenticatorData.AsSpan();
        var length = authData.Length + SHA256.HashSizeInBytes;
        Span<byte> signed = length <= ShortData ? stackalloc byte[ShortData] : new byte[length];
        authData.CopyTo(signed);
        SHA256.HashData(response.ClientDataJson, signed[authData.Length..]);
        var signature = encoding == EcdsaEncoding.BerIntegers && key is EcdsaKey ? EcdsaSignature.WithoutPadding(response.Signature) : response.Signature;
        key.Verify(signed[..length], signature);
    }

    private static bool SameHandle(ReadOnlyMemory<byte> claimed, CredentialRecord record)
        => CryptographicOperations.FixedTimeEquals(claimed.Span, record.UserHandle.Span);
}
