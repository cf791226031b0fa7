using System.Text.Json;
using System.Text.Json.Serialization;

namespace Moi.Identity.Fido2;

/// <summary>Client extension inputs; WebAuthn Level 3 §9 and §10.</summary>
public sealed record AuthenticationExtensionsClientInputs
{
    /// <summary>Asks whether the new credential is discoverable (§10.1.3); only in registration.</summary>
    public bool? CredProps { get; init; }

    /// <summary>The U2F AppID whose old credentials are accepted (§10.1.1); only in authentication.</summary>
    public string? Appid { get; init; }

    /// <summary>Any other extension, exactly as it goes to the client.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Other { get; set; }
}
