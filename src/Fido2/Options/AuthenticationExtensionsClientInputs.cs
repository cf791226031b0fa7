using System.Text.Json;
using System.Text.Json.Serialization;

namespace Moi.Identity.Fido2;

/// <summary>Client extension inputs; WebAuthn Level 3 §9 and §10, and CTAP 2.2 §12.</summary>
public sealed record AuthenticationExtensionsClientInputs
{
    /// <summary>Asks whether the new credential is discoverable (§10.1.3); only in registration.</summary>
    public bool? CredProps { get; init; }

    /// <summary>The U2F AppID whose old credentials are accepted (§10.1.1); only in authentication.</summary>
    public string? Appid { get; init; }

    /// <summary>The U2F AppID under which no excluded credential may exist (§10.1.2); only in registration.</summary>
    public string? AppidExclude { get; init; }

    /// <summary>When the authenticator may use the credential without verifying its user (CTAP 2.2 §12.1):
    /// <c>userVerificationOptional</c>, <c>userVerificationOptionalWithCredentialIDList</c> or
    /// <c>userVerificationRequired</c>; only in registration.</summary>
    public string? CredentialProtectionPolicy { get; init; }

    /// <summary>Whether a registration fails that cannot have <see cref="CredentialProtectionPolicy"/>. The engine refuses a
    /// response that does not report it.</summary>
    public bool? EnforceCredentialProtectionPolicy { get; init; }

    /// <summary>Asks for the shortest PIN the authenticator takes (CTAP 2.2 §12.5); only in registration, and answered only
    /// to relying parties the authenticator was configured for.</summary>
    public bool? MinPinLength { get; init; }

    /// <summary>A blob stored with the credential (§10.1.5).</summary>
    public LargeBlobInputs? LargeBlob { get; init; }

    /// <summary>Secrets derived by the authenticator (§10.1.4). SECURITY: the engine reads no result; they are for the page.</summary>
    public PrfInputs? Prf { get; init; }

    /// <summary>Any other extension, exactly as it goes to the client.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Other { get; set; }
}

/// <summary>Input of <c>largeBlob</c>; WebAuthn Level 3 §10.1.5.</summary>
public sealed record LargeBlobInputs
{
    /// <summary><c>required</c> or <c>preferred</c>; only in registration. With <c>required</c> the engine refuses a response
    /// that does not say <c>supported</c>.</summary>
    public string? Support { get; init; }

    /// <summary>Asks for the blob; only in authentication.</summary>
    public bool? Read { get; init; }

    /// <summary>In base64url, the blob to store; only in authentication.</summary>
    public string? Write { get; init; }
}

/// <summary>Input of <c>prf</c>; WebAuthn Level 3 §10.1.4.</summary>
public sealed record PrfInputs
{
    /// <summary>What to derive from, whichever credential is used.</summary>
    public PrfValues? Eval { get; init; }

    /// <summary>What to derive from, by the credential ID in base64url; only in authentication.</summary>
    public IReadOnlyDictionary<string, PrfValues>? EvalByCredential { get; init; }
}

/// <summary>One or two salts in base64url; WebAuthn Level 3 §10.1.4.</summary>
public sealed record PrfValues
{
    /// <summary>The first.</summary>
    public string? First { get; init; }

    /// <summary>The second, for the time of a change.</summary>
    public string? Second { get; init; }
}
