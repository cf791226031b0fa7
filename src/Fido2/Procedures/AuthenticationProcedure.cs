using System.Buffers.Text;
using System.Security.Cryptography;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Procedures;

/// <summary>WebAuthn Level 3 §7.2, "Verifying an Authentication Assertion".</summary>
internal static class AuthenticationProcedure
{
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
    internal static AuthenticationSuccess Verify(OwnedCredential owned, RelyingParty relyingParty, PublicKeyCache keys, DateTimeOffset now)
        => throw new WebAuthnException(WebAuthnError.SignatureInvalid);

    private static bool SameHandle(ReadOnlyMemory<byte> claimed, CredentialRecord record)
        => CryptographicOperations.FixedTimeEquals(claimed.Span, record.UserHandle.Span);
}
