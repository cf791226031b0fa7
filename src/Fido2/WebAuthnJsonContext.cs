using System.Text.Json.Serialization;

namespace Moi.Identity.Fido2;

/// <summary>Source-generated JSON of everything the engine hands out or takes back, and of responses for those who make them.</summary>
/// <remarks>Options are written as §5.1.8 and §5.1.9 say. States and records keep their whole value, so that a
/// short-lived store may hold them as they are. Enumerations are written by name.</remarks>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PublicKeyCredentialCreationOptions))]
[JsonSerializable(typeof(PublicKeyCredentialRequestOptions))]
[JsonSerializable(typeof(RegistrationResponseJson))]
[JsonSerializable(typeof(AuthenticationResponseJson))]
[JsonSerializable(typeof(RegistrationState))]
[JsonSerializable(typeof(AuthenticationState))]
[JsonSerializable(typeof(CredentialRecord))]
public sealed partial class WebAuthnJsonContext : JsonSerializerContext;
