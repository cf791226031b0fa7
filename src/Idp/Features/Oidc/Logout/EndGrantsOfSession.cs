using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.Oidc.Logout;

/// <summary>When a session ends, its grants end with it, and every client that asked for it is told.</summary>
internal sealed class EndGrantsOfSession(ClientCatalog clients, LogoutSender sender, TimeProvider time) : ISessionEndParticipant
{
    public async Task RecordAsync(SqlWork work, Session session, CancellationToken ct)
    {
        // A grant that was revoked for another reason is listed too: the agency's own session may still be open.
        var entered = await work.ListAsync(
            "SELECT DISTINCT client_id, subject FROM grants WHERE sid = @sid AND status <> 2",
            p => p.Add("sid", session.Sid), row => (ClientId: row.Text(0), Subject: row.Text(1)), ct);
        foreach (var (clientId, subject) in entered)
        {
            if (clients.FindAny(clientId)?.Metadata.BackchannelLogoutUri is not null)
            {
                await work.AddLogoutNoticeAsync(clientId, session.Sid, subject, time.GetUtcNow(), ct);
            }
        }

        await work.ExecuteAsync(
            "UPDATE grants SET status = 1 WHERE sid = @sid AND status = 0", p => p.Add("sid", session.Sid), ct);
    }

    public void Announce(Session session) => sender.Wake();
}
