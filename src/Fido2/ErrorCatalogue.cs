using System.Collections.Frozen;
using static Moi.Identity.Fido2.WebAuthnError;

namespace Moi.Identity.Fido2;

/// <summary>The code of each error and the step it stands for in each procedure.</summary>
internal static class ErrorCatalogue
{
    private const string Create = "§7.1";
    private const string Get = "§7.2";

    private static readonly FrozenDictionary<WebAuthnError, Entry> Entries = new Entry[]
    {
        Both(RequestMalformed, "request.malformed", "3", "3"),
        Both(RequestTooLarge, "request.too_large", "3", "3"),
        Both(IdMismatch, "id.mismatch", "3", "3"),
        Both(TypeInvalid, "type.invalid", "3", "3"),
        Both(ClientDataEmpty, "cdj.empty", "5", "8"),
        Both(ClientDataUtf8, "cdj.utf8", "5", "8"),
        Both(ClientDataJson, "cdj.json", "6", "9"),
        Both(ClientDataDuplicate, "cdj.duplicate", "6", "9"),
        Both(ClientDataTokenBinding, "cdj.token_binding", "6", "9"),
        Both(ClientDataType, "cdj.type", "7", "10"),
        Both(ClientDataChallenge, "cdj.challenge", "8", "11"),
        Both(ClientDataOrigin, "cdj.origin", "9", "12"),
        Both(ClientDataCrossOrigin, "cdj.cross_origin", "10", "13"),
        Both(ClientDataTopOrigin, "cdj.top_origin", "11", "14"),
        Elsewhere(StateMissing, "state.missing", "§13.5.3"),
        Elsewhere(StateExpired, "state.expired", "§13.5.3"),
        Elsewhere(StateConsumed, "state.consumed", "§13.5.3"),
        Elsewhere(StateCeremony, "state.ceremony", "§13.5.3"),
        Elsewhere(StateRelyingParty, "state.rp", "§13.5.3"),
        Elsewhere(StateSession, "state.session", "§13.5.3"),
        Elsewhere(StateUser, "state.user", "§13.5.3"),
        Both(AttestationCbor, "att.cbor", "13", "7"),
        Both(AttestationMembers, "att.members", "13", "7"),
        Both(AttestationFormatUnknown, "att.fmt_unknown", "21", ""),
        Both(AttestationFormatDisabled, "att.fmt_disabled", "21", ""),
        Elsewhere(NoneStatement, "none.att_stmt", "§8.7"),
        Elsewhere(PackedMembers, "packed.members", "§8.2", "1"),
        Elsewhere(PackedX5c, "packed.x5c", "§8.2", "1"),
        Elsewhere(PackedEcdaa, "packed.ecdaa", "§8.2", "1"),
        Elsewhere(PackedAlgorithm, "packed.alg", "§8.2", "2"),
        Both(AuthenticatorDataShort, "ad.short", "13", "7"),
        Both(AuthenticatorDataRpId, "ad.rpid", "14", "15"),
        Both(AuthenticatorDataUserPresent, "ad.up", "15", "16"),
        Both(AuthenticatorDataUserVerified, "ad.uv", "16", "17"),
        Both(AuthenticatorDataBackupState, "ad.bs_without_be", "17", "18"),
        Both(AuthenticatorDataAttestedMissing, "ad.at_missing", "13", ""),
        Both(AuthenticatorDataAttestedMismatch, "ad.at_mismatch", "", "7"),
        Both(AuthenticatorDataExtensions, "ad.ed", "13", "7"),
        Both(AuthenticatorDataLeftover, "ad.leftover", "13", "7"),
        Both(CredentialIdLength, "ad.cred_id_length", "25", "7"),
        Both(KeyCbor, "key.cbor", "13", "21"),
        Both(KeyMembers, "key.members", "13", "21"),
        Both(KeyType, "key.kty", "13", "21"),
        Both(KeyAlgorithmNotOffered, "key.alg_not_offered", "20", ""),
        Both(KeyAlgorithmUnsupported, "key.alg_unsupported", "20", "21"),
        Both(KeyCurve, "key.curve", "13", "21"),
        Both(KeyPoint, "key.point", "13", "21"),
        Both(KeyRsa, "key.rsa", "13", "21"),
        Both(KeyPrivate, "key.private", "13", "21"),
        Both(SignatureEncoding, "sig.encoding", "22", "21"),
        Both(SignatureInvalid, "sig.invalid", "22", "21"),
        Both(CertificateParse, "cert.parse", "22", ""),
        Both(CertificateVersion, "cert.version", "22", ""),
        Both(CertificateSubject, "cert.subject", "22", ""),
        Both(CertificateAuthority, "cert.ca", "22", ""),
        Both(CertificateAaguid, "cert.aaguid_ext", "22", ""),
        Both(CertificateExtension, "cert.extension", "22", ""),
        Both(CertificateKey, "cert.key", "22", ""),
        Both(TrustNoAnchor, "trust.no_anchor", "23", ""),
        Both(TrustChain, "trust.chain", "24", ""),
        Both(TrustExpired, "trust.expired", "24", ""),
        Both(TrustRevoked, "trust.revoked", "24", ""),
        Both(TrustAaguidDenied, "trust.aaguid_denied", "24", ""),
        Both(TrustStatus, "trust.status", "24", ""),
        Both(TrustLevel, "trust.level", "24", ""),
        Both(TrustNoMetadata, "trust.no_metadata", "24", ""),
        Both(TrustAlgorithm, "trust.algorithm", "24", ""),
        Both(TrustKeyProtection, "trust.key_protection", "24", ""),
        Both(TrustType, "trust.type", "24", ""),
        Both(CredentialExists, "cred.exists", "26", ""),
        Both(CredentialUnknown, "cred.unknown", "", "6"),
        Both(CredentialNotAllowed, "cred.not_allowed", "", "5"),
        Both(CredentialNotOwner, "cred.not_owner", "", "6"),
        Both(CredentialRevoked, "cred.revoked", "", "6"),
        Both(CredentialUserHandle, "cred.user_handle", "", "6"),
        Both(BackupEligibilityChanged, "be.changed", "", "19"),
        Both(BackupEligibilityNotAllowed, "be.not_allowed", "18", "19"),
        Both(WebAuthnError.CounterRegression, "counter.regression", "", "22"),
        Both(ExtensionCredProps, "ext.cred_props", "28", ""),
        Both(ExtensionAppId, "ext.appid", "", "15"),
    }.ToFrozenDictionary(entry => entry.Error);

    internal static Entry Find(WebAuthnError error)
        => Entries.TryGetValue(error, out var entry) ? entry : throw new ArgumentOutOfRangeException(nameof(error), error, "Not an error.");

    private static Entry Both(WebAuthnError error, string code, string createStep, string getStep)
        => new(error, code, Create, createStep, Get, getStep);

    private static Entry Elsewhere(WebAuthnError error, string code, string section, string step = "")
        => new(error, code, section, step, section, step);

    internal sealed record Entry(
        WebAuthnError Error, string Code, string CreateSection, string CreateStep, string GetSection, string GetStep);
}
