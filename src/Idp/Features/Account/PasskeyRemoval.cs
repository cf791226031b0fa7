using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Audit;
using Moi.Identity.Idp.Features.Passkeys;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.Account;

/// <summary>What came of a removal.</summary>
internal enum RemovalResult
{
    Removed,

    /// <summary>It was the last one that is good enough for the account; nothing changed.</summary>
    LastPasskey,

    /// <summary>It is gone already, or the passkey that confirmed was used or removed at the same moment.</summary>
    Gone,
}

/// <summary>Removes a passkey: confirmation, removal and events in one transaction, then the sessions it had begun.</summary>
internal sealed class PasskeyRemoval(
    SqlDatabase sql, CredentialTable credentials, SessionBeginning beginning, SessionEnding ending,
    IEnumerable<IAccountChangeParticipant> participants, AuditContextFactory audit)
{
    private const string Purpose = "remove-passkey";

    // One change of an account's passkeys at a time: of two requests that remove the last two, the second waits here.
    private const string LockCitizen =
        "UPDATE citizens SET security_stamp = @stamp, concurrency_stamp = @stamp WHERE id = @citizen AND status = 0";

    private const string Delete = "DELETE FROM credentials WHERE id = @id AND citizen_id = @citizen";

    /// <summary>Removes the passkey that <paramref name="verified"/> was asked for.</summary>
    internal async Task<RemovalResult> RemoveAsync(
        HttpContext http, VerifiedPasskey verified, Credential removed, string title, CancellationToken ct)
    {
        var session = http.RequireSession();
        var context = audit.Create();
        var stamp = Guid.CreateVersion7(context.At).ToString("N");
        var result = RemovalResult.Gone;
        var done = await sql.TransactionAsync(
            async work =>
            {
                if (await work.ExecuteAsync(LockCitizen, p => p.Add("stamp", stamp).Add("citizen", session.CitizenId), ct) != 1)
                {
                    return false;
                }

                var usable = await credentials.UsableAsync(work, session.CitizenId, ct);
                if (!usable.Any(id => id != removed.Id))
                {
                    result = RemovalResult.LastPasskey;
                    return false;
                }

                var change = new PasskeyTakenAway(session.CitizenId, removed.Id, PasskeyKinds.Of(removed), session.Sid, verified.Credential.Id);
                foreach (var participant in participants)
                {
                    await participant.RecordAsync(work, change, ct);
                }

                var confirmation = AuditEvents.SessionConfirmed(context, session, verified.Credential.Id, Purpose);
                return await CredentialTable.RecordUseAsync(work, verified, confirmation, ct)
                    && await work.ExecuteAsync(Delete, p => p.Add("id", removed.Id).Add("citizen", session.CitizenId), ct) == 1
                    && await work.AppendAsync(confirmation, ct) == 1
                    && await work.AppendAsync(AuditEvents.PasskeyRemoved(context, session, removed.Id, title), ct) == 1;
            },
            ct);
        if (!done)
        {
            return result;
        }

        // This browser was confirmed with another passkey a moment ago, and goes on with that one.
        if (session.CredentialId == removed.Id && verified.Credential.Id != removed.Id)
        {
            var level = AssuranceLevel.Of(verified);
            var from = new NewSession(
                session.CitizenId, verified.Credential.Id, level.Acr, level.Amr, context.Device, session.DisplayLabel);
            await beginning.ContinueAsync(
                http,
                session,
                from,
                goesOn => goesOn is null
                    ? credentials.AppendIfUnchangedAsync(verified, AuditEvents.SessionStarted(context, from), CancellationToken.None)
                    : credentials.IsUnchangedAsync(verified, CancellationToken.None),
                CancellationToken.None);
        }

        await ending.EndAllAsync(
            session.CitizenId, other => other.CredentialId == removed.Id, SessionEndReason.PasskeyRemoved);
        foreach (var participant in participants)
        {
            participant.Announce();
        }

        return RemovalResult.Removed;
    }
}
