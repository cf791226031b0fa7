using System.Text.Json.Serialization;

namespace Moi.Identity.Fido2;

/// <summary>Names one credential; WebAuthn Level 3 §5.8.3, in the JSON of §5.1.8.</summary>
public sealed record PublicKeyCredentialDescriptor
{
    /// <summary>Always <c>public-key</c> when made here.</summary>
    public string Type { get; init; } = "public-key";

    /// <summary>The credential ID.</summary>
    [JsonConverter(typeof(Base64UrlJsonConverter))]
    public required ReadOnlyMemory<byte> Id { get; init; }

    /// <summary>How the client may reach the authenticator, as it reported at registration; null when unknown.</summary>
    public IReadOnlyList<string>? Transports { get; init; }
}
