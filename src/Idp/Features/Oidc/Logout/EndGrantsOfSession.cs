using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Oidc.Notices;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.Oidc.Logout;

/// <summary>When a session ends, its grants end with it, and every client that asked for it is told.</summary>
internal sealed class EndGrantsOfSession(SessionNotices notices, NoticeSender sender) : ISessionEndParticipant
{
    public async Task RecordAsync(SqlWork work, Session session, SessionEndReason reason, CancellationToken ct)
    {
        // A grant that was revoked for another reason counts too: the agency's own session may still be open.
        var ended = await work.ListAsync(
            $"UPDATE grants SET status = 2 WHERE sid = @sid AND status <> 2 RETURNING {EndedGrant.Columns}",
            p => p.Add("sid", session.Sid), EndedGrant.Read, ct);
        await notices.AddAsync(work, ended, reason, ct);
    }

    public void Announce(Session session) => sender.Wake();
}
