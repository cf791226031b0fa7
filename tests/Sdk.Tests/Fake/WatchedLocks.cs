using Moi.Identity.Sessions;

namespace Moi.Identity.Sdk.Tests.Fake;

/// <summary>A store that notes whether its lock is held and for how long it was asked.</summary>
internal sealed class WatchedLocks(ISessionRecords store) : ISessionRecords
{
    internal bool IsHeld { get; private set; }

    internal TimeSpan AtMost { get; private set; }

    public async Task<bool> TryLockAsync(string name, string owner, TimeSpan atMost, CancellationToken ct)
    {
        AtMost = atMost;
        return IsHeld = await store.TryLockAsync(name, owner, atMost, ct);
    }

    public async Task UnlockAsync(string name, string owner, CancellationToken ct)
    {
        await store.UnlockAsync(name, owner, ct);
        IsHeld = false;
    }

    public Task AddAsync(SessionRecord record, CancellationToken ct) => store.AddAsync(record, ct);

    public Task ReplaceAsync(string id, byte[] data, CancellationToken ct) => store.ReplaceAsync(id, data, ct);

    public Task<byte[]?> FindAsync(string id, CancellationToken ct) => store.FindAsync(id, ct);

    public Task RemoveAsync(string id, CancellationToken ct) => store.RemoveAsync(id, ct);

    public Task<int> RemoveAllAsync(SessionIndex index, string value, CancellationToken ct) => store.RemoveAllAsync(index, value, ct);

    public Task MarkSignedOutAsync(SessionIndex index, string value, DateTimeOffset at, CancellationToken ct) =>
        store.MarkSignedOutAsync(index, value, at, ct);

    public Task<DateTimeOffset?> SignedOutAtAsync(SessionIndex index, string value, CancellationToken ct) =>
        store.SignedOutAtAsync(index, value, ct);

    public Task<bool> TakeJtiAsync(string jti, DateTimeOffset until, CancellationToken ct) => store.TakeJtiAsync(jti, until, ct);

    public Task ReturnJtiAsync(string jti, CancellationToken ct) => store.ReturnJtiAsync(jti, ct);

    public Task PingAsync(CancellationToken ct) => store.PingAsync(ct);
}
