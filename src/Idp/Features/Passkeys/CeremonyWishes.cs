using Moi.Identity.Idp.Data;

namespace Moi.Identity.Idp.Features.Passkeys;

/// <summary>An account that is known before the ceremony: only its passkeys will do.</summary>
internal sealed record KnownAccount(Guid CitizenId, byte[] UserHandle)
{
    /// <summary>What its passkeys must be.</summary>
    internal AuthenticatorClass Minimum { get; init; }
}

/// <summary>What an authentication is started for.</summary>
internal sealed record AuthenticationWish(AuthenticationPurpose Purpose)
{
    /// <summary>Nothing for a usernameless sign-in.</summary>
    internal KnownAccount? Account { get; init; }

    internal string? Sid { get; init; }

    internal string? Transaction { get; init; }

    internal Guid? Subject { get; init; }

    internal IReadOnlyList<string> Hints { get; init; } = [];

    /// <summary>Of a known account, only passkeys that are worth this are asked for.</summary>
    internal AuthenticatorClass Minimum { get; init; }
}

/// <summary>What a registration is started for.</summary>
/// <param name="Purpose">Whose passkey it becomes.</param>
/// <param name="Ground">The handle of the record that allows it.</param>
/// <param name="UserHandle">WebAuthn <c>user.id</c>.</param>
/// <param name="Label">What devices show beside the passkey.</param>
internal sealed record RegistrationWish(RegistrationPurpose Purpose, string Ground, byte[] UserHandle, string Label)
{
    /// <summary>The account, where it exists: its passkeys are excluded.</summary>
    internal Guid? CitizenId { get; init; }

    internal string? Sid { get; init; }

    /// <summary>What the passkey must be.</summary>
    internal AuthenticatorClass Minimum { get; init; }

    /// <summary>Whether a security key is wanted, and asked for its maker's word.</summary>
    internal bool IsSecurityKey { get; init; }
}
