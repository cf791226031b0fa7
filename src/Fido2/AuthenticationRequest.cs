namespace Moi.Identity.Fido2;

/// <summary>What a relying party wants of one authentication.</summary>
public sealed class AuthenticationRequest
{
    /// <summary>The user handle of the account, where it is known before the ceremony starts; null for a usernameless one.</summary>
    /// <remarks>SECURITY: this decides, once, how the owner is checked (§7.2 step 6). With a handle, only that account's
    /// credentials are accepted; without one, the response must carry the handle of the credential's owner. An empty handle
    /// is refused at the start: a null array turns into one.</remarks>
    public ReadOnlyMemory<byte>? UserHandle { get; init; }

    /// <summary>The only credentials accepted; empty asks for discoverable ones.</summary>
    public IReadOnlyList<PublicKeyCredentialDescriptor> AllowCredentials { get; init => field = value ?? []; } = [];

    /// <summary>What the response must satisfy.</summary>
    /// <value>Default: the strictest, which accepts only device-bound credentials.</value>
    public AuthenticationPolicy Policy { get; init; } = new();

    /// <summary>Hints for the client (§5.8.8).</summary>
    public IReadOnlyList<string> Hints { get; init => field = value ?? []; } = [];

    /// <summary>Client extension inputs.</summary>
    public AuthenticationExtensionsClientInputs? Extensions { get; init; }

    /// <summary>How long the client waits for the user.</summary>
    /// <value>Default 5 minutes.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the response is accepted; at most 10 minutes.</summary>
    /// <value>Default 5 minutes.</value>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromMinutes(5);
}
