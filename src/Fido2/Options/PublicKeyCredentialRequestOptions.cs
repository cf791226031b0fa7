using System.Text.Json;
using System.Text.Json.Serialization;

namespace Moi.Identity.Fido2;

/// <summary>
/// The argument of <c>PublicKeyCredential.parseRequestOptionsFromJSON()</c>; WebAuthn Level 3 §5.5 in the JSON of §5.1.9.
/// </summary>
public sealed record PublicKeyCredentialRequestOptions
{
    /// <summary>The nonce of this ceremony.</summary>
    [JsonConverter(typeof(Base64UrlJsonConverter))]
    public required ReadOnlyMemory<byte> Challenge { get; init; }

    /// <summary>Milliseconds the client should wait for the user.</summary>
    public uint? Timeout { get; init; }

    /// <summary>The RP ID.</summary>
    public string? RpId { get; init; }

    /// <summary>The only credentials accepted; empty asks for discoverable credentials.</summary>
    public IReadOnlyList<PublicKeyCredentialDescriptor> AllowCredentials { get; init => field = value ?? []; } = [];

    /// <summary><c>required</c>, <c>preferred</c> or <c>discouraged</c>.</summary>
    public string UserVerification { get; init; } = "required";

    /// <summary>Hints for the client's user interface (§5.8.8), the most wanted first.</summary>
    public IReadOnlyList<string> Hints { get; init => field = value ?? []; } = [];

    /// <summary>Client extension inputs (§9).</summary>
    public AuthenticationExtensionsClientInputs? Extensions { get; init; }

    /// <summary>The JSON a page hands to the browser.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, WebAuthnJsonContext.Default.PublicKeyCredentialRequestOptions);
}
