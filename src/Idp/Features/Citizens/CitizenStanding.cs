using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Audit;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.Citizens;

/// <summary>Suspends citizens and lets them in again: state, event and notices in one transaction, then the open sessions.</summary>
internal sealed class CitizenStanding(AccountChanges changes, SessionEnding ending, AuditContextFactory audit)
{
    private const string Change = "UPDATE citizens SET status = @to WHERE id = @citizen AND status = @from";

    /// <returns>Whether the citizen exists and was not suspended; how many sessions were ended.</returns>
    internal async Task<(bool Done, int Sessions)> SuspendAsync(Guid citizenId, string? reason, CancellationToken ct)
    {
        var done = await ChangeAsync(
            new AccountSuspended(citizenId, reason), CitizenStatus.Active, CitizenStatus.Suspended,
            AuditEvents.CitizenSuspended(audit.Create(), citizenId, reason), ct);

        // Also of somebody who was suspended already: a session must not be left over from an attempt that broke off.
        return (done, await ending.EndAllAsync(citizenId, _ => true, SessionEndReason.CitizenSuspended));
    }

    /// <returns>Whether the citizen exists and was suspended.</returns>
    internal Task<bool> ReinstateAsync(Guid citizenId, CancellationToken ct)
        => ChangeAsync(
            new AccountReinstated(citizenId), CitizenStatus.Suspended, CitizenStatus.Active,
            AuditEvents.CitizenReinstated(audit.Create(), citizenId), ct);

    private Task<bool> ChangeAsync(
        AccountChange change, CitizenStatus from, CitizenStatus to, AuditEvent happened, CancellationToken ct)
        => changes.RecordAsync(
            change,
            async work => await work.ExecuteAsync(
                    Change, p => p.Add("citizen", change.CitizenId).Add("from", (int)from).Add("to", (int)to), ct) == 1
                && await work.AppendAsync(happened, ct) == 1,
            ct);
}
