namespace Moi.Identity.Sessions;

/// <summary>What a logout token or an agency can end sessions by.</summary>
internal enum SessionIndex
{
    Sid,
    Subject,
}

/// <summary>One session at rest: its id is already a hash, its data already encrypted.</summary>
internal sealed record SessionRecord(string Id, byte[] Data, string? Sid, string Subject, DateTimeOffset Expires);

/// <summary>The store of sessions, of signed-out markers and of seen logout tokens. Implementations: memory and Redis.</summary>
internal interface ISessionRecords
{
    /// <summary>Writes the session and its index entries.</summary>
    Task AddAsync(SessionRecord record, CancellationToken ct);

    /// <summary>Replaces the data of a session that still exists.</summary>
    Task ReplaceAsync(string id, byte[] data, CancellationToken ct);

    /// <summary>Gives the data of a session and restarts its idle time.</summary>
    Task<byte[]?> FindAsync(string id, CancellationToken ct);

    Task RemoveAsync(string id, CancellationToken ct);

    /// <summary>Ends every session of a <c>sid</c> or a subject; gives how many there were.</summary>
    Task<int> RemoveAllAsync(SessionIndex index, string value, CancellationToken ct);

    /// <summary>Remembers that everything issued for this <c>sid</c> or subject up to a moment is signed out.</summary>
    Task MarkSignedOutAsync(SessionIndex index, string value, DateTimeOffset at, CancellationToken ct);

    Task<DateTimeOffset?> SignedOutAtAsync(SessionIndex index, string value, CancellationToken ct);

    /// <summary>Atomically takes a logout token's <c>jti</c>; false when it was taken before.</summary>
    Task<bool> TakeJtiAsync(string jti, DateTimeOffset until, CancellationToken ct);

    /// <summary>Gives a <c>jti</c> back, because the logout it stood for failed and will be tried again.</summary>
    Task ReturnJtiAsync(string jti, CancellationToken ct);

    /// <summary>Takes a lock that all instances see, for a short while; false when another holds it.</summary>
    Task<bool> TryLockAsync(string name, string owner, TimeSpan atMost, CancellationToken ct);

    /// <summary>Gives the lock back, if it is still this owner's.</summary>
    Task UnlockAsync(string name, string owner, CancellationToken ct);

    Task PingAsync(CancellationToken ct);
}

/// <summary>The store cannot be reached: nobody is signed in or out until it can.</summary>
internal sealed class SessionStoreUnavailableException(Exception cause)
    : Exception("MOI030: the session store (MoiIdentity:Redis) cannot be reached: " + cause.Message, cause);
