using System.Text.Json.Serialization;

namespace Moi.Identity.Fido2;

/// <summary>Every reason for which a ceremony is refused; one value and one stable code a check.</summary>
/// <remarks>
/// Codes are in logs, metrics, audit events and tests, and are never reused. Citizens and clients see one generic text.
/// Those that only a store can find out (<see cref="StateMissing"/>, <see cref="CredentialExists"/>, …) are here so that
/// the caller reports them the same way: <see cref="WebAuthnFailure.Of(WebAuthnError, CeremonyKind, string)"/>.
/// </remarks>
[JsonConverter(typeof(JsonStringEnumConverter<WebAuthnError>))]
public enum WebAuthnError
{
    /// <summary>No error. Never in a failure.</summary>
    None = 0,

    /// <summary><c>request.malformed</c>: not the JSON of a credential (§5.1, <c>toJSON()</c>).</summary>
    RequestMalformed,

    /// <summary><c>request.too_large</c>: a size limit was passed.</summary>
    RequestTooLarge,

    /// <summary><c>id.mismatch</c>: <c>id</c> is not the base64url of <c>rawId</c>.</summary>
    IdMismatch,

    /// <summary><c>type.invalid</c>: <c>type</c> is not <c>public-key</c>.</summary>
    TypeInvalid,

    /// <summary><c>cdj.empty</c>: the client data is empty.</summary>
    ClientDataEmpty,

    /// <summary><c>cdj.utf8</c>: the client data is not UTF-8.</summary>
    ClientDataUtf8,

    /// <summary><c>cdj.json</c>: the client data is not one JSON object with the required members.</summary>
    ClientDataJson,

    /// <summary><c>cdj.duplicate</c>: a member that decides something appears twice.</summary>
    ClientDataDuplicate,

    /// <summary><c>cdj.type</c>: made for another kind of ceremony.</summary>
    ClientDataType,

    /// <summary><c>cdj.challenge</c>: not the challenge that was issued.</summary>
    ClientDataChallenge,

    /// <summary><c>cdj.origin</c>: not an origin of this relying party.</summary>
    ClientDataOrigin,

    /// <summary><c>cdj.cross_origin</c>: made inside a cross-origin frame, which is not allowed.</summary>
    ClientDataCrossOrigin,

    /// <summary><c>cdj.top_origin</c>: framed by a page that is not allowed to.</summary>
    ClientDataTopOrigin,

    /// <summary><c>cdj.token_binding</c>: malformed token binding; looked at in conformance mode only.</summary>
    ClientDataTokenBinding,

    /// <summary><c>state.missing</c>: no ceremony of that name (found by the caller).</summary>
    StateMissing,

    /// <summary><c>state.expired</c>: the response came too late.</summary>
    StateExpired,

    /// <summary><c>state.consumed</c>: the ceremony was used before (found by the caller).</summary>
    StateConsumed,

    /// <summary><c>state.ceremony</c>: a state of the other kind of ceremony.</summary>
    StateCeremony,

    /// <summary><c>state.rp</c>: a state of another relying party.</summary>
    StateRelyingParty,

    /// <summary><c>state.session</c>: started in another session (found by the caller).</summary>
    StateSession,

    /// <summary><c>state.user</c>: started for another account (found by the caller).</summary>
    StateUser,

    /// <summary><c>att.cbor</c>: the attestation object is not well-formed CBOR.</summary>
    AttestationCbor,

    /// <summary><c>att.members</c>: the attestation object has not exactly <c>fmt</c>, <c>authData</c>, <c>attStmt</c>.</summary>
    AttestationMembers,

    /// <summary><c>att.fmt_unknown</c>: a statement format that the engine does not know.</summary>
    AttestationFormatUnknown,

    /// <summary><c>att.fmt_disabled</c>: a statement format that is switched off.</summary>
    AttestationFormatDisabled,

    /// <summary><c>att.enterprise</c>: enterprise attestation that the options did not ask for.</summary>
    AttestationEnterprise,

    /// <summary><c>none.att_stmt</c>: format <c>none</c> with a statement that is not the empty map.</summary>
    NoneStatement,

    /// <summary><c>packed.members</c>: the statement has not the members of §8.2.</summary>
    PackedMembers,

    /// <summary><c>packed.x5c</c>: <c>x5c</c> is empty, too long, or not an array of byte strings.</summary>
    PackedX5c,

    /// <summary><c>packed.ecdaa</c>: ECDAA, which Level 2 removed.</summary>
    PackedEcdaa,

    /// <summary><c>packed.alg</c>: <c>alg</c> does not fit the key that signed.</summary>
    PackedAlgorithm,

    /// <summary><c>u2f.members</c>: the statement has not the members of §8.6.</summary>
    U2fMembers,

    /// <summary><c>u2f.x5c</c>: <c>x5c</c> is not exactly one certificate.</summary>
    U2fX5c,

    /// <summary><c>u2f.curve</c>: the certified key is not on P-256.</summary>
    U2fCurve,

    /// <summary><c>u2f.aaguid</c>: an AAGUID, which U2F has none; looked at in conformance mode only.</summary>
    U2fAaguid,

    /// <summary><c>u2f.key</c>: the credential key is none of U2F.</summary>
    U2fKey,

    /// <summary><c>tpm.members</c>: the statement has not the members of §8.3.</summary>
    TpmMembers,

    /// <summary><c>tpm.x5c</c>: <c>x5c</c> is empty, too long, or not an array of byte strings.</summary>
    TpmX5c,

    /// <summary><c>tpm.ecdaa</c>: ECDAA, which Level 2 removed.</summary>
    TpmEcdaa,

    /// <summary><c>tpm.ver</c>: not version 2.0.</summary>
    TpmVersion,

    /// <summary><c>tpm.pubarea</c>: <c>pubArea</c> is not the <c>TPMT_PUBLIC</c> of a key that can sign here.</summary>
    TpmPublicArea,

    /// <summary><c>tpm.key</c>: <c>pubArea</c> is another key than the credential's.</summary>
    TpmKey,

    /// <summary><c>tpm.aik</c>: the certificate is not that of an attestation identity key.</summary>
    TpmAik,

    /// <summary><c>tpm.manufacturer</c>: the TPM manufacturer is not known.</summary>
    TpmManufacturer,

    /// <summary><c>tpm.alg</c>: <c>alg</c> does not fit the certificate's key, or is not accepted here.</summary>
    TpmAlgorithm,

    /// <summary><c>tpm.certinfo</c>: <c>certInfo</c> is not a <c>TPMS_ATTEST</c>.</summary>
    TpmCertInfo,

    /// <summary><c>tpm.magic</c>: <c>certInfo</c> was not made by a TPM.</summary>
    TpmMagic,

    /// <summary><c>tpm.type</c>: <c>certInfo</c> does not certify a key.</summary>
    TpmType,

    /// <summary><c>tpm.extra_data</c>: <c>certInfo</c> is of another ceremony.</summary>
    TpmExtraData,

    /// <summary><c>tpm.name</c>: <c>certInfo</c> certifies another key.</summary>
    TpmName,

    /// <summary><c>ak.members</c>: the statement has not the members of §8.4.</summary>
    AndroidKeyMembers,

    /// <summary><c>ak.x5c</c>: <c>x5c</c> is empty, too long, or not an array of byte strings.</summary>
    AndroidKeyX5c,

    /// <summary><c>ak.alg</c>: <c>alg</c> does not fit the certificate's key.</summary>
    AndroidKeyAlgorithm,

    /// <summary><c>ak.key</c>: the certified key is not the credential's.</summary>
    AndroidKeyMismatch,

    /// <summary><c>ak.description</c>: no key description, or not its DER.</summary>
    AndroidKeyDescription,

    /// <summary><c>ak.challenge</c>: the key was made for another ceremony.</summary>
    AndroidKeyChallenge,

    /// <summary><c>ak.all_applications</c>: every application may use the key.</summary>
    AndroidKeyAllApplications,

    /// <summary><c>ak.origin</c>: the key was not made in the device.</summary>
    AndroidKeyOrigin,

    /// <summary><c>ak.purpose</c>: the key is not for signing.</summary>
    AndroidKeyPurpose,

    /// <summary><c>safetynet.members</c>: the statement has not the members of §8.5.</summary>
    SafetyNetMembers,

    /// <summary><c>safetynet.jws</c>: the response is not a signed SafetyNet response.</summary>
    SafetyNetJws,

    /// <summary><c>safetynet.nonce</c>: the response is of another ceremony.</summary>
    SafetyNetNonce,

    /// <summary><c>safetynet.host</c>: the certificate is not for the SafetyNet service.</summary>
    SafetyNetHost,

    /// <summary><c>safetynet.integrity</c>: the device does not match a certified profile.</summary>
    SafetyNetIntegrity,

    /// <summary><c>safetynet.timestamp</c>: the response is too old, or of the future.</summary>
    SafetyNetTimestamp,

    /// <summary><c>apple.members</c>: the statement has not the members of §8.8.</summary>
    AppleMembers,

    /// <summary><c>apple.x5c</c>: <c>x5c</c> is empty, too long, or not an array of byte strings.</summary>
    AppleX5c,

    /// <summary><c>apple.nonce</c>: the certificate is of another ceremony.</summary>
    AppleNonce,

    /// <summary><c>apple.key</c>: the certified key is not the credential's.</summary>
    AppleKey,

    /// <summary><c>compound.members</c>: not two to eight statements with <c>fmt</c> and <c>attStmt</c>.</summary>
    CompoundMembers,

    /// <summary><c>compound.nested</c>: a compound statement inside another.</summary>
    CompoundNested,

    /// <summary><c>ad.short</c>: the authenticator data ends too early.</summary>
    AuthenticatorDataShort,

    /// <summary><c>ad.rpid</c>: made for another RP ID.</summary>
    AuthenticatorDataRpId,

    /// <summary><c>ad.up</c>: nobody was present.</summary>
    AuthenticatorDataUserPresent,

    /// <summary><c>ad.uv</c>: the user was not verified.</summary>
    AuthenticatorDataUserVerified,

    /// <summary><c>ad.bs_without_be</c>: backed up without being eligible for it.</summary>
    AuthenticatorDataBackupState,

    /// <summary><c>ad.at_missing</c>: a registration without attested credential data.</summary>
    AuthenticatorDataAttestedMissing,

    /// <summary><c>ad.at_mismatch</c>: an assertion whose attested credential data is another credential's.</summary>
    AuthenticatorDataAttestedMismatch,

    /// <summary><c>ad.ed</c>: the extension flag and the extension map contradict each other, or the map is not canonical CBOR.</summary>
    AuthenticatorDataExtensions,

    /// <summary><c>ad.leftover</c>: bytes after the end.</summary>
    AuthenticatorDataLeftover,

    /// <summary><c>ad.cred_id_length</c>: a credential ID longer than 1023 bytes or shorter than 16.</summary>
    CredentialIdLength,

    /// <summary><c>key.cbor</c>: the public key is not canonical CBOR.</summary>
    KeyCbor,

    /// <summary><c>key.members</c>: the public key has not exactly the members of its type.</summary>
    KeyMembers,

    /// <summary><c>key.kty</c>: the key type does not fit the algorithm.</summary>
    KeyType,

    /// <summary><c>key.alg_not_offered</c>: an algorithm that the options did not offer.</summary>
    KeyAlgorithmNotOffered,

    /// <summary><c>key.alg_unsupported</c>: an algorithm that the engine cannot verify.</summary>
    KeyAlgorithmUnsupported,

    /// <summary><c>key.curve</c>: the curve does not fit the algorithm.</summary>
    KeyCurve,

    /// <summary><c>key.point</c>: not a usable point of the curve.</summary>
    KeyPoint,

    /// <summary><c>key.rsa</c>: modulus or exponent outside the limits.</summary>
    KeyRsa,

    /// <summary><c>key.length</c>: an ML-DSA key that is not as long as its algorithm demands.</summary>
    KeyLength,

    /// <summary><c>key.private</c>: private key material was sent.</summary>
    KeyPrivate,

    /// <summary><c>sig.encoding</c>: not the one encoding of a signature.</summary>
    SignatureEncoding,

    /// <summary><c>sig.invalid</c>: the signature does not verify.</summary>
    SignatureInvalid,

    /// <summary><c>cert.parse</c>: not an X.509 certificate.</summary>
    CertificateParse,

    /// <summary><c>cert.version</c>: not version 3.</summary>
    CertificateVersion,

    /// <summary><c>cert.subject</c>: the subject is not as the format demands.</summary>
    CertificateSubject,

    /// <summary><c>cert.ca</c>: not marked as an end-entity certificate.</summary>
    CertificateAuthority,

    /// <summary><c>cert.aaguid_ext</c>: the certificate is for another model.</summary>
    CertificateAaguid,

    /// <summary><c>cert.extension</c>: an extension that must not be there, or not so.</summary>
    CertificateExtension,

    /// <summary><c>cert.key</c>: a key that the engine cannot verify with.</summary>
    CertificateKey,

    /// <summary><c>trust.no_anchor</c>: no trust anchor is known for this attestation.</summary>
    TrustNoAnchor,

    /// <summary><c>trust.chain</c>: the certificates do not lead to a trust anchor.</summary>
    TrustChain,

    /// <summary><c>trust.expired</c>: a certificate of the path is outside its validity.</summary>
    TrustExpired,

    /// <summary><c>trust.revoked</c>: a certificate of the path was revoked.</summary>
    TrustRevoked,

    /// <summary><c>trust.aaguid_denied</c>: the policy does not accept this model.</summary>
    TrustAaguidDenied,

    /// <summary><c>trust.status</c>: the metadata warns of this model.</summary>
    TrustStatus,

    /// <summary><c>trust.level</c>: the model is certified too low.</summary>
    TrustLevel,

    /// <summary><c>trust.no_metadata</c>: the metadata does not know the model.</summary>
    TrustNoMetadata,

    /// <summary><c>trust.algorithm</c>: the model does not make such keys, says the metadata.</summary>
    TrustAlgorithm,

    /// <summary><c>trust.key_protection</c>: the model does not protect its keys as the policy demands.</summary>
    TrustKeyProtection,

    /// <summary><c>trust.type</c>: the policy does not accept this attestation type.</summary>
    TrustType,

    /// <summary><c>cred.exists</c>: the credential is registered already.</summary>
    CredentialExists,

    /// <summary><c>cred.unknown</c>: no such credential.</summary>
    CredentialUnknown,

    /// <summary><c>cred.not_allowed</c>: not one of the credentials that were allowed.</summary>
    CredentialNotAllowed,

    /// <summary><c>cred.not_owner</c>: the credential belongs to another account than the identified one.</summary>
    CredentialNotOwner,

    /// <summary><c>cred.revoked</c>: the credential is suspended or revoked.</summary>
    CredentialRevoked,

    /// <summary><c>cred.user_handle</c>: the user handle is missing or is not the owner's.</summary>
    CredentialUserHandle,

    /// <summary><c>be.changed</c>: the backup eligibility is not that of the record.</summary>
    BackupEligibilityChanged,

    /// <summary><c>be.not_allowed</c>: the policy accepts device-bound credentials only.</summary>
    BackupEligibilityNotAllowed,

    /// <summary><c>counter.regression</c>: the signature counter did not advance.</summary>
    CounterRegression,

    /// <summary><c>attachment.mismatch</c>: the client says that the authenticator is attached otherwise than was asked for.</summary>
    AttachmentMismatch,

    /// <summary><c>ext.cred_props</c>: a discoverable credential was required and the client says it is not.</summary>
    ExtensionCredProps,

    /// <summary><c>ext.appid</c>: <c>appid</c> and the RP ID hash contradict each other.</summary>
    ExtensionAppId,

    /// <summary><c>ext.cred_protect</c>: the credential is protected less than was demanded.</summary>
    ExtensionCredProtect,

    /// <summary><c>ext.min_pin_length</c>: the authenticator allows shorter PINs than the policy.</summary>
    ExtensionMinPinLength,

    /// <summary><c>ext.large_blob</c>: large blobs were required and are not supported.</summary>
    ExtensionLargeBlob,

    /// <summary><c>ext.remote_client_data</c>: the client data was made elsewhere, which nobody asked for.</summary>
    ExtensionRemoteClientData,
}
