using System.Text.Json.Serialization;

namespace Moi.Identity.Fido2;

/// <summary>Whether a credential may still be used.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CredentialStatus>))]
public enum CredentialStatus
{
    /// <summary>Not said; refused like a revoked one.</summary>
    Unknown = 0,

    /// <summary>In use.</summary>
    Active,

    /// <summary>Set aside for now.</summary>
    Suspended,

    /// <summary>Never to be used again.</summary>
    Revoked,
}

/// <summary>A stored credential; WebAuthn Level 3 §4 "credential record" and §7.1 step 27.</summary>
/// <remarks>
/// <see cref="Registration.Finish"/> fills all of it. <see cref="Authentication"/> needs only the required members back.
/// The pair (<see cref="RelyingPartyId"/>, <see cref="Id"/>) must be unique over all accounts, by a constraint of the
/// store: §7.1 step 26 is a race without it.
/// </remarks>
public sealed record CredentialRecord
{
    /// <summary>Always <c>public-key</c>.</summary>
    public string Type { get; init; } = "public-key";

    /// <summary>The credential ID, up to 1023 bytes.</summary>
    [JsonConverter(typeof(Base64UrlJsonConverter))]
    public required ReadOnlyMemory<byte> Id { get; init; }

    /// <summary>The RP ID the credential is bound to.</summary>
    public required string RelyingPartyId { get; init; }

    /// <summary>The user handle of the account that owns the credential.</summary>
    [JsonConverter(typeof(Base64UrlJsonConverter))]
    public required ReadOnlyMemory<byte> UserHandle { get; init; }

    /// <summary>The public key as a COSE_Key, exactly as the authenticator sent it.</summary>
    [JsonConverter(typeof(Base64UrlJsonConverter))]
    public required ReadOnlyMemory<byte> PublicKey { get; init; }

    /// <summary>The COSE algorithm of <see cref="PublicKey"/>; informative, the key itself decides.</summary>
    public CoseAlgorithm Algorithm { get; init; }

    /// <summary>The signature counter last seen; unsigned 32 bit.</summary>
    public required uint SignCount { get; init; }

    /// <summary><c>uvInitialized</c>: whether the user was verified with this credential once.</summary>
    public required bool IsUserVerificationInitialized { get; init; }

    /// <summary><c>backupEligible</c>: whether the credential may be synced. It never changes.</summary>
    public required bool IsBackupEligible { get; init; }

    /// <summary><c>backupState</c>: whether the credential is synced now.</summary>
    public required bool IsBackedUp { get; init; }

    /// <summary>Whether the credential may be used. A record that is not active never authenticates.</summary>
    public required CredentialStatus Status { get; init; }

    /// <summary>How clients reach the authenticator; at most 8 values as the client reported them.</summary>
    public IReadOnlyList<string> Transports { get; init => field = value ?? []; } = [];

    /// <summary><c>platform</c> or <c>cross-platform</c> as the client reported it; null if it did not say.</summary>
    public string? AuthenticatorAttachment { get; init; }

    /// <summary><c>credProps.rk</c>: whether the credential is discoverable; null if the client did not say.</summary>
    public bool? IsDiscoverable { get; init; }

    /// <summary><c>prf.enabled</c>: whether the credential can derive secrets; null if the client did not say.</summary>
    public bool? IsPrfEnabled { get; init; }

    /// <summary><c>largeBlob.supported</c>: whether the credential can store a blob; null if the client did not say.</summary>
    public bool? IsLargeBlobSupported { get; init; }

    /// <summary>The authenticator model it claims to be, all zero if it does not say.</summary>
    /// <remarks>A claim unless <see cref="IsAttestationTrusted"/>: fit for showing a name, not for a decision.</remarks>
    public Guid Aaguid { get; init; }

    /// <summary>The attestation statement format, such as <c>none</c> or <c>packed</c>.</summary>
    public string AttestationFormat { get; init; } = "none";

    /// <summary>What the attestation statement is.</summary>
    public AttestationType AttestationType { get; init; }

    /// <summary>Whether the attestation's certificates lead to a trust anchor.</summary>
    public bool IsAttestationTrusted { get; init; }

    /// <summary>SHA-256 of each certificate of the attestation, in lower-case hexadecimal, the leaf first.</summary>
    public IReadOnlyList<string> TrustPathThumbprints { get; init => field = value ?? []; } = [];

    /// <summary>The number of the metadata BLOB that vouched for the model; null if none did.</summary>
    public long? MetadataNumber { get; init; }

    /// <summary>SHA-256 of the trust anchor that the certificates lead to, in lower-case hexadecimal; null if the attestation is not trusted.</summary>
    public string? TrustAnchorThumbprint { get; init; }

    /// <summary>SHA-1 of the attestation certificate's public key, in lower-case hexadecimal, by which the metadata knows models
    /// without AAGUID; null without certificates.</summary>
    public string? AttestationKeyIdentifier { get; init; }

    /// <summary>How well the model was certified at the registration, if its attestation is trusted.</summary>
    public CertificationLevel CertificationLevel { get; init; }

    /// <summary>What the policy let pass and an operator may want to know, one line each.</summary>
    public IReadOnlyList<string> AttestationWarnings { get; init => field = value ?? []; } = [];

    /// <summary>The attestation object of the registration, for later re-evaluation.</summary>
    [JsonConverter(typeof(Base64UrlJsonConverter))]
    public ReadOnlyMemory<byte> AttestationObject { get; init; }

    /// <summary>The client data of the registration, for later re-evaluation.</summary>
    [JsonConverter(typeof(Base64UrlJsonConverter))]
    public ReadOnlyMemory<byte> AttestationClientDataJson { get; init; }

    /// <summary>When the credential was registered.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last used to authenticate; null if never.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }
}
