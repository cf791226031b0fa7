namespace Moi.Identity.Sessions;

/// <summary>Marks first, removes second: see <see cref="CitizenTicketStore.StoreAsync"/>.</summary>
internal sealed class MoiSessions(ISessionRecords records, TimeProvider time) : IMoiSessions
{
    public Task<int> EndBySubjectAsync(string subject, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(subject);
        return EndAsync(SessionIndex.Subject, subject, time.GetUtcNow(), ct);
    }

    public Task<int> EndBySidAsync(string sid, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(sid);
        return EndAsync(SessionIndex.Sid, sid, time.GetUtcNow(), ct);
    }

    internal async Task<int> EndAsync(SessionIndex index, string value, DateTimeOffset at, CancellationToken ct)
    {
        await records.MarkSignedOutAsync(index, value, at, ct).ConfigureAwait(false);
        return await records.RemoveAllAsync(index, value, ct).ConfigureAwait(false);
    }
}
