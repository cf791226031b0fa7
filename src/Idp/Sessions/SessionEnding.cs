using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Audit;

namespace Moi.Identity.Idp.Sessions;

/// <summary>Why a session ended, here or at one service; part of the audit event.</summary>
internal enum SessionEndReason
{
    SignedOut,
    SignedOutByAgency,
    RevokedByCitizen,
    CitizenSuspended,
    PasskeyRemoved,
    PasskeyTooWeak,
    Replaced,
    ReportedByCitizen,
    ServiceDisconnected,
    ClientStopped,
}

/// <summary>
/// A feature that must act when a session ends: its statements run in the transaction of the audit event, its notices
/// go out after the commit.
/// </summary>
internal interface ISessionEndParticipant
{
    /// <summary>Adds the feature's changes to the transaction.</summary>
    Task RecordAsync(SqlWork work, Session session, SessionEndReason reason, CancellationToken ct);

    /// <summary>Runs once the transaction is committed and the session is gone. Must not throw.</summary>
    void Announce(Session session);
}

/// <summary>Ends sessions: recorded first, then removed, then announced to agencies.</summary>
internal sealed class SessionEnding(
    SqlDatabase sql, SessionStore sessions, AuditContextFactory audit, IEnumerable<ISessionEndParticipant> participants)
{
    // Of two that end the same session at once, the second waits here for the first.
    private const string End = "INSERT INTO ended_sessions (sid, ended_at) VALUES (@sid, @now) ON CONFLICT (sid) DO NOTHING";

    /// <summary>Ends a session. Ending it once more, or somewhere else at the same moment, changes nothing.</summary>
    internal async Task EndAsync(Session session, SessionEndReason reason, CancellationToken ct)
    {
        var context = audit.Create();
        await sql.TransactionAsync(
            async work =>
            {
                if (await work.ExecuteAsync(End, p => p.Add("sid", session.Sid).Add("now", context.At), ct) != 1)
                {
                    return false;
                }

                foreach (var participant in participants)
                {
                    await participant.RecordAsync(work, session, reason, ct);
                }

                return await work.AppendAsync(AuditEvents.SessionEnded(context, session, reason), ct) == 1;
            },
            ct);

        // Also when it had ended: whoever ended it may have died before this line.
        await sessions.RemoveAsync(session, CancellationToken.None);
        foreach (var participant in participants)
        {
            participant.Announce(session);
        }
    }

    /// <summary>Ends all sessions of a citizen, except one if given.</summary>
    /// <inheritdoc cref="EndAllAsync(Guid, Func{Session, bool}, SessionEndReason)"/>
    internal Task<int> EndAllAsync(Guid citizenId, string? exceptSid, SessionEndReason reason)
        => EndAllAsync(citizenId, session => session.Sid != exceptSid, reason);

    /// <summary>Ends those sessions of a citizen that <paramref name="which"/> chooses.</summary>
    /// <remarks>
    /// SECURITY: it cannot be cancelled. What it follows from is committed and cannot be asked for again, so that a connection that
    /// breaks at the wrong moment would save the thief's sessions.
    /// </remarks>
    /// <returns>How many were ended.</returns>
    internal async Task<int> EndAllAsync(Guid citizenId, Func<Session, bool> which, SessionEndReason reason)
    {
        var ended = 0;
        foreach (var session in await sessions.ListAsync(citizenId, CancellationToken.None))
        {
            if (which(session))
            {
                await EndAsync(session, reason, CancellationToken.None);
                ended++;
            }
        }

        return ended;
    }
}
