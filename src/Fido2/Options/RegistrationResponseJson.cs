using System.Text.Json;
using System.Text.Json.Serialization;

namespace Moi.Identity.Fido2;

/// <summary>
/// <c>RegistrationResponseJSON</c>, what <c>toJSON()</c> of a new credential gives (WebAuthn Level 3 §5.1): for programs that make,
/// record or forward responses.
/// </summary>
/// <remarks>
/// SECURITY: the engine reads the bytes that came and not this, because what a model does not know is lost in it.
/// </remarks>
public sealed record RegistrationResponseJson
{
    /// <summary>The credential ID, in base64url.</summary>
    public required string Id { get; init; }

    /// <summary>The credential ID.</summary>
    [JsonConverter(typeof(Base64UrlJsonConverter))]
    public required ReadOnlyMemory<byte> RawId { get; init; }

    /// <summary>What the authenticator and the client made.</summary>
    public required AuthenticatorAttestationResponseJson Response { get; init; }

    /// <summary><c>platform</c> or <c>cross-platform</c>, or a word that is not known yet; null if the client does not say.</summary>
    public string? AuthenticatorAttachment { get; init; }

    /// <summary>Client extension outputs, as they came.</summary>
    public required JsonElement ClientExtensionResults { get; init; }

    /// <summary>Always <c>public-key</c>.</summary>
    public string Type { get; init; } = "public-key";

    /// <summary>Reads what a client sent.</summary>
    /// <param name="json">The JSON.</param>
    /// <exception cref="JsonException">It is no such response. Words that are not known are none of the reasons (§2.1.1).</exception>
    public static RegistrationResponseJson Parse(string json)
        => JsonSerializer.Deserialize(json, WebAuthnJsonContext.Default.RegistrationResponseJson) ?? throw new JsonException("null");

    /// <summary>The JSON that a client would send.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, WebAuthnJsonContext.Default.RegistrationResponseJson);
}

/// <summary><c>AuthenticatorAttestationResponseJSON</c>; §5.1.</summary>
public sealed record AuthenticatorAttestationResponseJson
{
    /// <summary>The client data, in UTF-8.</summary>
    [JsonPropertyName("clientDataJSON")]
    [JsonConverter(typeof(Base64UrlJsonConverter))]
    public required ReadOnlyMemory<byte> ClientDataJson { get; init; }

    /// <summary>The authenticator data, which the attestation object has too.</summary>
    [JsonConverter(typeof(Base64UrlJsonConverter))]
    public ReadOnlyMemory<byte> AuthenticatorData { get; init; }

    /// <summary>How clients reach the authenticator; words that are not known yet among them.</summary>
    public IReadOnlyList<string> Transports { get; init => field = value ?? []; } = [];

    /// <summary>The public key as a SubjectPublicKeyInfo; null if the client cannot write it.</summary>
    public string? PublicKey { get; init; }

    /// <summary>Its COSE algorithm.</summary>
    public long PublicKeyAlgorithm { get; init; }

    /// <summary>The attestation object, in CBOR.</summary>
    [JsonConverter(typeof(Base64UrlJsonConverter))]
    public required ReadOnlyMemory<byte> AttestationObject { get; init; }
}
