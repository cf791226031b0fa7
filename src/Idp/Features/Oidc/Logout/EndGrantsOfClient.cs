using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Notices;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.Oidc.Logout;

/// <summary>When a client is suspended or removed, its grants end, and its sessions are told to: of all citizens, some hundreds at a time.</summary>
internal sealed class EndGrantsOfClient(SessionNotices notices, NoticeSender sender, TimeProvider time) : IClientStopParticipant
{
    private const int SessionsAtOnce = 500;

    /// <summary>Who was last there before that has no session left, here or at the client: the last visit of a connected service.</summary>
    private static readonly TimeSpan Recent = TimeSpan.FromDays(3);

    // By whole sessions, so that a client that has two grants in one session is told once.
    private const string EndSome = $"""
        UPDATE grants SET status = 2
        WHERE client_id = @client AND status <> 2 AND sid IN (
            SELECT DISTINCT g.sid FROM grants g
            WHERE g.client_id = @client AND g.status <> 2 AND (
                g.used_at > @since OR EXISTS (SELECT 1 FROM refresh_tokens r WHERE r.grant_id = g.id AND r.status = 0))
            LIMIT @most)
        RETURNING {EndedGrant.Columns}
        """;

    public async Task RecordAsync(SqlWork work, ClientMetadata client, CancellationToken ct)
    {
        var (stopped, since) = (new Client(client, null), time.GetUtcNow() - Recent);
        List<EndedGrant> ended;
        do
        {
            ended = await work.ListAsync(
                EndSome, p => p.Add("client", client.ClientId).Add("since", since).Add("most", SessionsAtOnce), EndedGrant.Read, ct);
            await notices.AddAsync(work, stopped, ended, SessionEndReason.ClientStopped, ct);
        }
        while (ended.Count > 0);
    }

    public void Announce() => sender.Wake();
}
