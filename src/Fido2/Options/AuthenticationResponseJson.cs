using System.Text.Json;
using System.Text.Json.Serialization;

namespace Moi.Identity.Fido2;

/// <summary>
/// <c>AuthenticationResponseJSON</c>, what <c>toJSON()</c> of an assertion gives (WebAuthn Level 3 §5.1): for programs that make, record
/// or forward responses.
/// </summary>
/// <remarks>
/// SECURITY: the engine reads the bytes that came and not this, because what a model does not know is lost in it.
/// </remarks>
public sealed record AuthenticationResponseJson
{
    /// <summary>The credential ID, in base64url.</summary>
    public required string Id { get; init; }

    /// <summary>The credential ID.</summary>
    [JsonConverter(typeof(Base64UrlJsonConverter))]
    public required ReadOnlyMemory<byte> RawId { get; init; }

    /// <summary>What the authenticator and the client made.</summary>
    public required AuthenticatorAssertionResponseJson Response { get; init; }

    /// <summary><c>platform</c> or <c>cross-platform</c>, or a word that is not known yet; null if the client does not say.</summary>
    public string? AuthenticatorAttachment { get; init; }

    /// <summary>Client extension outputs, as they came.</summary>
    public required JsonElement ClientExtensionResults { get; init; }

    /// <summary>Always <c>public-key</c>.</summary>
    public string Type { get; init; } = "public-key";

    /// <summary>Reads what a client sent.</summary>
    /// <param name="json">The JSON.</param>
    /// <exception cref="JsonException">It is no such response. Words that are not known are none of the reasons (§2.1.1).</exception>
    public static AuthenticationResponseJson Parse(string json)
        => JsonSerializer.Deserialize(json, WebAuthnJsonContext.Default.AuthenticationResponseJson) ?? throw new JsonException("null");

    /// <summary>The JSON that a client would send.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, WebAuthnJsonContext.Default.AuthenticationResponseJson);
}

/// <summary><c>AuthenticatorAssertionResponseJSON</c>; §5.1.</summary>
public sealed record AuthenticatorAssertionResponseJson
{
    /// <summary>The client data, in UTF-8.</summary>
    [JsonPropertyName("clientDataJSON")]
    [JsonConverter(typeof(Base64UrlJsonConverter))]
    public required ReadOnlyMemory<byte> ClientDataJson { get; init; }

    /// <summary>The authenticator data.</summary>
    [JsonConverter(typeof(Base64UrlJsonConverter))]
    public required ReadOnlyMemory<byte> AuthenticatorData { get; init; }

    /// <summary>The signature.</summary>
    [JsonConverter(typeof(Base64UrlJsonConverter))]
    public required ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>The user handle, in base64url; null if the authenticator did not return one.</summary>
    public string? UserHandle { get; init; }
}
