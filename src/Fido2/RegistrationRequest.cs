namespace Moi.Identity.Fido2;

/// <summary>What a relying party wants of one registration.</summary>
public sealed class RegistrationRequest
{
    /// <summary>The algorithms offered where nothing else is said: EdDSA, ES256, RS256.</summary>
    public static IReadOnlyList<CoseAlgorithm> DefaultAlgorithms { get; } =
        [CoseAlgorithm.EdDSA, CoseAlgorithm.ES256, CoseAlgorithm.RS256];

    /// <summary>The account's user handle: random bytes, 32 recommended, 1 to 64 possible (§14.6.1).</summary>
    public required ReadOnlyMemory<byte> UserHandle { get; init; }

    /// <summary>A label for the account, shown and stored by the device. Never a legal name or a national ID number.</summary>
    public required string UserName { get; init; }

    /// <summary>A friendly label; the same warning.</summary>
    public required string UserDisplayName { get; init; }

    /// <summary>What the response must satisfy.</summary>
    /// <value>Default: the strictest, which accepts only trusted device-bound authenticators.</value>
    public RegistrationPolicy Policy { get; init; } = new();

    /// <summary>Every credential the account has, so that no authenticator is registered twice. A response with one of
    /// these IDs is refused.</summary>
    public IReadOnlyList<PublicKeyCredentialDescriptor> ExcludeCredentials { get; init => field = value ?? []; } = [];

    /// <summary>Algorithms offered, the most wanted first. Only these are accepted (§7.1 step 20).</summary>
    /// <remarks>Also worth offering, in this order: ES384, ES512, Ed448, PS256, ML-DSA-44, ML-DSA-65, ML-DSA-87.</remarks>
    /// <value>Default <see cref="DefaultAlgorithms"/>.</value>
    public IReadOnlyList<CoseAlgorithm> Algorithms { get; init; } = DefaultAlgorithms;

    /// <summary>Hints for the client (§5.8.8): <c>security-key</c>, <c>client-device</c>, <c>hybrid</c>.</summary>
    public IReadOnlyList<string> Hints { get; init => field = value ?? []; } = [];

    /// <summary><c>platform</c>, <c>cross-platform</c> or null. A wish: only attestation can prove a class of device.</summary>
    public string? AuthenticatorAttachment { get; init; }

    /// <summary>What is asked of the authenticator's attestation.</summary>
    /// <value>Default <see cref="AttestationConveyance.None"/>.</value>
    public AttestationConveyance Attestation { get; init; }

    /// <summary>Attestation statement formats, the most wanted first.</summary>
    public IReadOnlyList<string> AttestationFormats { get; init => field = value ?? []; } = [];

    /// <summary>Conditional create (<c>mediation: "conditional"</c>): the UP flag may be unset (§7.1 step 15), and
    /// the UV flag where the policy does not require it.</summary>
    /// <remarks>Only for a citizen who signed in moments ago: the client may create the credential without asking.</remarks>
    public bool IsConditional { get; init; }

    /// <summary>Client extension inputs.</summary>
    /// <value>Default: <c>credProps</c>.</value>
    public AuthenticationExtensionsClientInputs? Extensions { get; init; } = new() { CredProps = true };

    /// <summary>How long the client waits for the user.</summary>
    /// <value>Default 5 minutes (§15.1 recommends 5 to 10 minutes).</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the response is accepted; at most 10 minutes.</summary>
    /// <value>Default 5 minutes.</value>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromMinutes(5);
}
