using System.Text.Json.Nodes;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Audit;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Logout;
using Moi.Identity.Idp.Features.Oidc.Notices;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.Oidc.SecurityEvents;

/// <summary>
/// Tells services what happened to an account, and ends there what must not go on: also the sessions that are over here, for a
/// service's own may still be open.
/// </summary>
internal sealed class TellServices(
    SecurityEventNotices events, SessionNotices sessions, NoticeSender sender, AuditContextFactory audit) : IAccountChangeParticipant
{
    public Task RecordAsync(SqlWork work, AccountChange change, CancellationToken ct) => change switch
    {
        PasskeyAdded added => CredentialChangedAsync(work, added.CitizenId, added.Kind, "create", ct),
        PasskeyTakenAway taken => TakenAwayAsync(work, taken, ct),
        PasskeyTooWeak weak => EndAsync(
            work, "credential_id = @credential", p => p.Add("citizen", weak.CitizenId).Add("credential", weak.CredentialId),
            SessionEndReason.PasskeyTooWeak, ct),
        AccountSuspended suspended => SuspendedAsync(work, suspended, ct),
        AccountReinstated => events.AddForAccountAsync(work, change.CitizenId, SecurityEventTypes.AccountEnabled, [], ct),
        ActivityDisowned disowned => EndAsync(
            work, "sid <> @kept", p => p.Add("citizen", disowned.CitizenId).Add("kept", disowned.KeptSid),
            SessionEndReason.ReportedByCitizen, ct),
        SignedOutElsewhere elsewhere => ElsewhereAsync(work, elsewhere, ct),
        _ => throw new InvalidOperationException("A change that nobody is told of: " + change.GetType().Name),
    };

    public void Announce() => sender.Wake();

    private async Task TakenAwayAsync(SqlWork work, PasskeyTakenAway taken, CancellationToken ct)
    {
        await CredentialChangedAsync(work, taken.CitizenId, taken.Kind, "delete", ct);
        await EndAsync(
            work, "credential_id = @credential AND sid <> @kept",
            p => p.Add("citizen", taken.CitizenId).Add("credential", taken.CredentialId).Add("kept", taken.KeptSid),
            SessionEndReason.PasskeyRemoved, ct);

        // What the kept session has at services goes on as it does, with the passkey it goes on with.
        await work.ExecuteAsync(
            "UPDATE grants SET credential_id = @other WHERE citizen_id = @citizen AND credential_id = @credential AND sid = @kept AND status = 0",
            p => p.Add("citizen", taken.CitizenId).Add("credential", taken.CredentialId).Add("kept", taken.KeptSid).Add("other", taken.ConfirmedWith),
            ct);
    }

    private async Task SuspendedAsync(SqlWork work, AccountSuspended suspended, CancellationToken ct)
    {
        // RISC §2.3: the reason is for what receivers may react to; other reasons are nobody's business.
        var details = suspended.Reason is { } reason ? new JsonObject { ["reason"] = reason } : [];
        await events.AddForAccountAsync(work, suspended.CitizenId, SecurityEventTypes.AccountDisabled, details, ct);
        await EndAsync(work, "1 = 1", p => p.Add("citizen", suspended.CitizenId), SessionEndReason.CitizenSuspended, ct);
    }

    /// <summary>
    /// The other changes of an account are recorded by whoever makes them, and the end of an open session is an event; of a service
    /// that goes on from one that is over nothing else would be written.
    /// </summary>
    private async Task ElsewhereAsync(SqlWork work, SignedOutElsewhere elsewhere, CancellationToken ct)
    {
        var ended = await EndAsync(
            work, "sid <> @kept", p => p.Add("citizen", elsewhere.CitizenId).Add("kept", elsewhere.KeptSid),
            SessionEndReason.RevokedByCitizen, ct);
        foreach (var grant in ended.Distinct())
        {
            await work.AppendAsync(
                AuditEvents.GrantRevoked(audit.Create(), elsewhere.CitizenId, grant.ClientId, grant.Sid, "signed-out-elsewhere"), ct);
        }
    }

    /// <summary>CAEP §3.3, without the name the citizen gave it and without the model: no service needs to know.</summary>
    private Task CredentialChangedAsync(SqlWork work, Guid citizenId, PasskeyKind kind, string change, CancellationToken ct)
        => events.AddForAccountAsync(
            work, citizenId, SecurityEventTypes.CredentialChange,
            new JsonObject
            {
                ["credential_type"] = kind == PasskeyKind.Roaming ? "fido2-roaming" : "fido2-platform",
                ["change_type"] = change,
                ["initiating_entity"] = "user",
            },
            ct);

    private async Task<List<EndedGrant>> EndAsync(
        SqlWork work, string which, Action<SqlParameters> bind, SessionEndReason reason, CancellationToken ct)
    {
        var ended = await work.ListAsync(
            $"UPDATE grants SET status = 2 WHERE citizen_id = @citizen AND status <> 2 AND {which} RETURNING {EndedGrant.Columns}",
            bind, EndedGrant.Read, ct);
        await sessions.AddAsync(work, ended, reason, ct);
        return ended;
    }
}
