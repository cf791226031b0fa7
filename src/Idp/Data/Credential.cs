namespace Moi.Identity.Idp.Data;

/// <summary>A stored passkey: the credential record of WebAuthn Level 3 §4, and what the account page shows of it.</summary>
internal sealed class Credential
{
    public Guid Id { get; init; }

    public Guid CitizenId { get; init; }

    /// <summary>WebAuthn credential id, at most 1023 bytes, unique over all citizens (§7.1 step 26).</summary>
    public required byte[] CredentialId { get; init; }

    /// <summary>The COSE_Key exactly as the authenticator sent it.</summary>
    public required byte[] PublicKey { get; init; }

    /// <summary>COSE algorithm identifier.</summary>
    public int Algorithm { get; init; }

    /// <summary>The highest signature counter seen. Never goes back.</summary>
    public long SignCount { get; set; }

    public Guid Aaguid { get; init; }

    /// <summary>Transports as the browser named them, separated by commas.</summary>
    public string Transports { get; init; } = "";

    public bool BackupEligible { get; init; }

    public bool BackedUp { get; set; }

    public bool UserVerificationInitialized { get; set; }

    public string AttestationFormat { get; init; } = "none";

    /// <summary>The attestation type that the engine found: <c>None</c>, <c>Self</c>, <c>Basic</c> …</summary>
    public string AttestationType { get; init; } = "None";

    /// <summary>Whether the attestation's certificates led to a trust anchor at the registration.</summary>
    public bool AttestationTrusted { get; init; }

    /// <summary>
    /// How well the model is certified, in the engine's words: <c>None</c>, <c>Level1</c> … It follows the FIDO metadata, like
    /// <see cref="ModelStanding"/> and <see cref="ModelStatuses"/>.
    /// </summary>
    public string Certification { get; init; } = "None";

    /// <summary>The number of the FIDO metadata that vouched for the model; null if none did.</summary>
    public long? MetadataNumber { get; init; }

    /// <summary>SHA-256 of each certificate of a trusted attestation, in lower-case hexadecimal, separated by commas, the leaf first.</summary>
    public string TrustPath { get; init; } = "";

    /// <summary>SHA-256 of the anchor they led to, in lower-case hexadecimal; null if the attestation is not trusted.</summary>
    public string? TrustAnchor { get; init; }

    /// <summary>SHA-1 of the attestation key, by which the metadata know models without AAGUID; null without certificates.</summary>
    public string? AttestationKeyIdentifier { get; init; }

    /// <summary>How the model stands, in the engine's words: <c>Unknown</c>, <c>Good</c>, <c>RootWithdrawn</c>, <c>Compromised</c>.</summary>
    public string ModelStanding { get; init; } = "Unknown";

    /// <summary>What the metadata say of the model beside its certification, separated by commas.</summary>
    public string ModelStatuses { get; init; } = "";

    public byte[]? AttestationObject { get; init; }

    public byte[]? AttestationClientDataJson { get; init; }

    public string RpId { get; init; } = "";

    public CredentialStatus Status { get; set; }

    /// <summary>The name the citizen gave, 1 to 40 characters, or empty.</summary>
    public string Name { get; set; } = "";

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; set; }

    /// <summary>Browser and operating system of the last use, such as <c>Chrome · Windows</c>.</summary>
    public string LastUsedOn { get; set; } = "";
}

/// <summary>Whether a passkey may be used.</summary>
internal enum CredentialStatus
{
    Active = 0,
    Suspended = 1,
    Revoked = 2,
}
