using Microsoft.AspNetCore.Identity;

namespace Moi.Identity.Idp.Data;

/// <summary>A person who signs in. There is no password: the columns that could hold one are not mapped.</summary>
internal sealed class Citizen : IdentityUser<Guid>
{
    /// <summary>What the person wants to be called, 1 to 50 characters. Shown by devices next to the passkey.</summary>
    /// <remarks>Never a legal name or a national ID number: the operating system copies it to a cloud provider.</remarks>
    public required string DisplayLabel { get; set; }

    /// <summary>WebAuthn <c>user.id</c>: 32 random bytes that say nothing about the account (§14.6.1).</summary>
    public required byte[] UserHandle { get; init; }

    /// <summary>Whether the person may sign in.</summary>
    public CitizenStatus Status { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>How well it is known who the person is.</summary>
    public IdentityLevel IdentityLevel { get; set; }

    /// <summary>What a passkey of this account must be: to be added, and to sign in.</summary>
    public AuthenticatorClass MinimumAuthenticator { get; init; }

    /// <summary>Until when the account page does not propose a second passkey again.</summary>
    public DateTimeOffset? NudgeAfter { get; set; }
}

/// <summary>How well it is known who a citizen is.</summary>
internal enum IdentityLevel
{
    /// <summary>The person said so.</summary>
    SelfAsserted = 0,

    /// <summary>The account was bound once to a government credential, or at a counter.</summary>
    Verified = 1,
}

/// <summary>Whether a citizen may sign in.</summary>
internal enum CitizenStatus
{
    Active = 0,
    Suspended = 1,
}
