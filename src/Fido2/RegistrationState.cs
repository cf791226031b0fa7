using System.Text.Json.Serialization;

namespace Moi.Identity.Fido2;

/// <summary>What <see cref="Registration.Start"/> keeps for <see cref="Registration.Finish"/>.</summary>
/// <remarks>
/// Keep it on the server, or sealed; never let the client supply it. Take it out of its store atomically, before the
/// response is looked at, so that a challenge serves once even when the attempt fails (§13.5.3).
/// Serialise with <see cref="WebAuthnJsonContext"/>.
/// </remarks>
public sealed record RegistrationState
{
    /// <summary>Which ceremony this state belongs to; anything but <see cref="CeremonyKind.Create"/> is refused.</summary>
    public required CeremonyKind Kind { get; init; }

    /// <summary>Names the ceremony in logs and audit events. Not a secret, and nothing is decided by it.</summary>
    public required string Id { get; init; }

    /// <summary>The RP ID the options named.</summary>
    public required string RelyingPartyId { get; init; }

    /// <summary>The challenge that was issued.</summary>
    [JsonConverter(typeof(Base64UrlJsonConverter))]
    public required ReadOnlyMemory<byte> Challenge { get; init; }

    /// <summary>The account the credential will belong to.</summary>
    [JsonConverter(typeof(Base64UrlJsonConverter))]
    public required ReadOnlyMemory<byte> UserHandle { get; init; }

    /// <summary>The policy that was issued.</summary>
    public required RegistrationPolicy Policy { get; init; }

    /// <summary>The algorithms that were offered.</summary>
    public required IReadOnlyList<int> Algorithms { get; init; }

    /// <summary>The credential IDs that were excluded, each in base64url.</summary>
    public IReadOnlyList<string> ExcludedCredentials { get; init => field = value ?? []; } = [];

    /// <summary>What was asked of the attestation.</summary>
    public AttestationConveyance Attestation { get; init; }

    /// <summary><c>authenticatorAttachment</c> that was asked for; null for either.</summary>
    public string? AuthenticatorAttachment { get; init; }

    /// <summary>Whether conditional create was asked for.</summary>
    public bool IsConditional { get; init; }

    /// <summary>The extension inputs that were issued.</summary>
    public AuthenticationExtensionsClientInputs? Extensions { get; init; }

    /// <summary>When the ceremony started.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when on a response is refused.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}
