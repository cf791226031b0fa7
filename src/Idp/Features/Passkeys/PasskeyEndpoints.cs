using System.Text.Json.Serialization;

namespace Moi.Identity.Idp.Features.Passkeys;

/// <summary>The document at <c>/.well-known/passkey-endpoints</c>.</summary>
internal sealed record PasskeyEndpoints(string Enroll, string Manage);

[JsonSerializable(typeof(PasskeyEndpoints))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class PasskeyEndpointsJson : JsonSerializerContext;
