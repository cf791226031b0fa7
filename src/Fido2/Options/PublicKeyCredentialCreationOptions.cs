using System.Text.Json;
using System.Text.Json.Serialization;

namespace Moi.Identity.Fido2;

/// <summary>
/// The argument of <c>PublicKeyCredential.parseCreationOptionsFromJSON()</c>; WebAuthn Level 3 §5.4 in the JSON of §5.1.8.
/// </summary>
/// <remarks>Enumerations are strings, as the specification types them (§2.1.1), so that unknown values survive.</remarks>
public sealed record PublicKeyCredentialCreationOptions
{
    /// <summary>The relying party.</summary>
    public required PublicKeyCredentialRpEntity Rp { get; init; }

    /// <summary>The account the credential is made for.</summary>
    public required PublicKeyCredentialUserEntity User { get; init; }

    /// <summary>The nonce of this ceremony.</summary>
    [JsonConverter(typeof(Base64UrlJsonConverter))]
    public required ReadOnlyMemory<byte> Challenge { get; init; }

    /// <summary>The algorithms offered, the most wanted first.</summary>
    public required IReadOnlyList<PublicKeyCredentialParameters> PubKeyCredParams { get; init; }

    /// <summary>Milliseconds the client should wait for the user.</summary>
    public uint? Timeout { get; init; }

    /// <summary>Credentials the account has already, so that no authenticator is registered twice.</summary>
    public IReadOnlyList<PublicKeyCredentialDescriptor> ExcludeCredentials { get; init => field = value ?? []; } = [];

    /// <summary>What the authenticator must be able to do.</summary>
    public AuthenticatorSelectionCriteria? AuthenticatorSelection { get; init; }

    /// <summary>Hints for the client's user interface (§5.8.8), the most wanted first.</summary>
    public IReadOnlyList<string> Hints { get; init => field = value ?? []; } = [];

    /// <summary>What should be conveyed about the authenticator (§5.4.7).</summary>
    public string Attestation { get; init; } = "none";

    /// <summary>Attestation statement formats, the most wanted first (§5.4).</summary>
    public IReadOnlyList<string> AttestationFormats { get; init => field = value ?? []; } = [];

    /// <summary>Client extension inputs (§9).</summary>
    public AuthenticationExtensionsClientInputs? Extensions { get; init; }

    /// <summary>The JSON a page hands to the browser.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, WebAuthnJsonContext.Default.PublicKeyCredentialCreationOptions);
}

/// <summary>The relying party as the client shows it; §5.4.2.</summary>
public sealed record PublicKeyCredentialRpEntity
{
    /// <summary>The RP ID, a domain name.</summary>
    public required string Id { get; init; }

    /// <summary>The name people read.</summary>
    public required string Name { get; init; }
}

/// <summary>The account as the client shows and stores it; §5.4.3.</summary>
/// <remarks>All of it is stored by the authenticator, shown by the operating system and may be synced to a provider's
/// cloud: nothing here may identify a person beyond what that person chose to show.</remarks>
public sealed record PublicKeyCredentialUserEntity
{
    /// <summary>The user handle: random, 1 to 64 bytes, not derived from the account or the person (§14.6.1).</summary>
    [JsonConverter(typeof(Base64UrlJsonConverter))]
    public required ReadOnlyMemory<byte> Id { get; init; }

    /// <summary>A label that tells this account from another in the client's list.</summary>
    public required string Name { get; init; }

    /// <summary>A friendly label.</summary>
    public required string DisplayName { get; init; }
}

/// <summary>One algorithm offered; §5.3.</summary>
public sealed record PublicKeyCredentialParameters
{
    /// <summary>Always <c>public-key</c> when made here.</summary>
    public string Type { get; init; } = "public-key";

    /// <summary>The COSE algorithm identifier.</summary>
    public required int Alg { get; init; }
}

/// <summary>What the authenticator must be able to do; §5.4.4.</summary>
public sealed record AuthenticatorSelectionCriteria
{
    /// <summary><c>platform</c>, <c>cross-platform</c> or absent for either.</summary>
    public string? AuthenticatorAttachment { get; init; }

    /// <summary><c>required</c>, <c>preferred</c> or <c>discouraged</c>.</summary>
    public string? ResidentKey { get; init; }

    /// <summary>True exactly when <see cref="ResidentKey"/> is <c>required</c>; for clients of Level 1.</summary>
    public bool RequireResidentKey { get; init; }

    /// <summary><c>required</c>, <c>preferred</c> or <c>discouraged</c>.</summary>
    public string? UserVerification { get; init; }
}
