using System.Text.Json.Serialization;

namespace Moi.Identity.Fido2;

/// <summary>What <see cref="Authentication.Start"/> keeps for <see cref="Authentication.Read"/>.</summary>
/// <remarks>The same rules as for <see cref="RegistrationState"/>: on the server, and taken once, before anything is checked.</remarks>
public sealed record AuthenticationState
{
    /// <summary>Which ceremony this state belongs to; anything but <see cref="CeremonyKind.Get"/> is refused.</summary>
    public required CeremonyKind Kind { get; init; }

    /// <summary>Names the ceremony in logs and audit events. Not a secret, and nothing is decided by it.</summary>
    public required string Id { get; init; }

    /// <summary>The RP ID the options named.</summary>
    public required string RelyingPartyId { get; init; }

    /// <summary>The challenge that was issued.</summary>
    [JsonConverter(typeof(Base64UrlJsonConverter))]
    public required ReadOnlyMemory<byte> Challenge { get; init; }

    /// <summary>In base64url, the user handle of the account identified before the ceremony; null if none was.</summary>
    public string? UserHandle { get; init; }

    /// <summary>The policy that was issued.</summary>
    public required AuthenticationPolicy Policy { get; init; }

    /// <summary>The credential IDs that were allowed, each in base64url; empty allows any.</summary>
    public IReadOnlyList<string> AllowedCredentials { get; init => field = value ?? []; } = [];

    /// <summary>The extension inputs that were issued.</summary>
    public AuthenticationExtensionsClientInputs? Extensions { get; init; }

    /// <summary>When the ceremony started.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when on a response is refused.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}
