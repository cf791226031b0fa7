using Moi.Identity.Idp.Data;

namespace Moi.Identity.Idp.Sessions;

/// <summary>Something that happened to an account and that concerns services the citizen uses.</summary>
internal abstract record AccountChange(Guid CitizenId);

/// <summary>A further passkey can be used.</summary>
internal sealed record PasskeyAdded(Guid CitizenId, PasskeyKind Kind) : AccountChange(CitizenId);

/// <summary>A passkey cannot be used any more.</summary>
/// <param name="CitizenId">Whose.</param>
/// <param name="CredentialId">Which.</param>
/// <param name="Kind">What kind of authenticator.</param>
/// <param name="KeptSid">The session that was confirmed for this; it goes on if that was with another passkey.</param>
/// <param name="ConfirmedWith">The passkey it was confirmed with.</param>
internal sealed record PasskeyTakenAway(Guid CitizenId, Guid CredentialId, PasskeyKind Kind, string KeptSid, Guid ConfirmedWith)
    : AccountChange(CitizenId);

/// <summary>The model of a passkey has become too weak for what the account demands.</summary>
internal sealed record PasskeyTooWeak(Guid CitizenId, Guid CredentialId) : AccountChange(CitizenId);

/// <summary>The citizen may not sign in any more.</summary>
/// <param name="CitizenId">Who.</param>
/// <param name="Reason">RISC <c>reason</c>: <c>hijacking</c>, <c>bulk-account</c>, or nothing.</param>
internal sealed record AccountSuspended(Guid CitizenId, string? Reason) : AccountChange(CitizenId);

/// <summary>The citizen may sign in again.</summary>
internal sealed record AccountReinstated(Guid CitizenId) : AccountChange(CitizenId);

/// <summary>The citizen says that somebody else was here.</summary>
/// <param name="CitizenId">Who.</param>
/// <param name="KeptSid">The session in which the citizen says so.</param>
internal sealed record ActivityDisowned(Guid CitizenId, string KeptSid) : AccountChange(CitizenId);

/// <summary>The citizen signs out everywhere else, also where a service goes on from a session that is over.</summary>
/// <param name="CitizenId">Who.</param>
/// <param name="KeptSid">The session that stays.</param>
internal sealed record SignedOutElsewhere(Guid CitizenId, string KeptSid) : AccountChange(CitizenId);

/// <summary>Where the key of a passkey lives.</summary>
internal enum PasskeyKind
{
    /// <summary>In the device, or synced between devices.</summary>
    Platform,

    /// <summary>In a security key.</summary>
    Roaming,
}

/// <summary>A feature that must act on it: its statements run in the transaction of the change, its notices go out afterwards.</summary>
internal interface IAccountChangeParticipant
{
    /// <summary>Adds the feature's changes to the transaction.</summary>
    Task RecordAsync(SqlWork work, AccountChange change, CancellationToken ct);

    /// <summary>Runs once the transaction is committed. Must not throw.</summary>
    void Announce();
}
