using Microsoft.Extensions.Localization;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Account;
using Moi.Identity.Idp.Features.Audit;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Logout;
using Moi.Identity.Idp.Features.Oidc.Notices;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Consent;

/// <summary>The services a citizen has agreed to, for the account pages.</summary>
internal sealed class ConnectedServices(
    SqlDatabase sql, ClientCatalog clients, SessionNotices notices, NoticeSender sender, AuditContextFactory audit,
    TimeProvider time, IStringLocalizer<IndexModel> texts)
    : IConnectedServices
{
    public async Task<IReadOnlyList<ConnectedService>> ListAsync(Guid citizenId, CancellationToken ct)
    {
        var rows = await sql.ListAsync(
            """
            SELECT n.client_id, n.released, n.granted_at, MAX(g.used_at)
            FROM consents n LEFT JOIN grants g ON g.citizen_id = n.citizen_id AND g.client_id = n.client_id
            WHERE n.citizen_id = @citizen GROUP BY n.client_id, n.released, n.granted_at
            """,
            p => p.Add("citizen", citizenId),
            row => (ClientId: row.Text(0), Released: row.Text(1), First: row.Time(2), Last: row.TimeOrNull(3)), ct);
        return
        [
            .. from row in rows
               let client = clients.FindAny(row.ClientId)
               where client is not null
               orderby row.Last ?? row.First descending
               select new ConnectedService
               {
                   ClientId = row.ClientId,
                   Name = InLanguage(client.Metadata.NameZh, client.Metadata.NameEn),
                   Agency = InLanguage(client.Metadata.AgencyNameZh, client.Metadata.AgencyNameEn),
                   Data = [.. Data(row.Released.Split(' '))],
                   FirstUsedAt = row.First,
                   LastUsedAt = row.Last ?? row.First,
                   Address = client.Metadata.ClientUri,
               },
        ];
    }

    public async Task<int> CountLeftConnectedAsync(Guid citizenId, IReadOnlyCollection<string> open, CancellationToken ct)
        => (await sql.ListAsync(
            """
            SELECT DISTINCT g.sid, g.client_id FROM grants g JOIN refresh_tokens r ON r.grant_id = g.id
            WHERE g.citizen_id = @citizen AND g.kind = 0 AND g.status <> 2 AND r.status = 0 AND r.expires_at > @now
            """,
            p => p.Add("citizen", citizenId).Add("now", time.GetUtcNow()), row => (Sid: row.Text(0), Client: row.Text(1)), ct))
            .Where(grant => !open.Contains(grant.Sid)).Select(grant => grant.Client).Distinct().Count();

    public async Task<bool> RevokeAsync(Session session, string clientId, CancellationToken ct)
    {
        var revoked = await sql.TransactionAsync(
            async work =>
            {
                var consents = await work.ExecuteAsync(
                    "DELETE FROM consents WHERE citizen_id = @citizen AND client_id = @client",
                    p => p.Add("citizen", session.CitizenId).Add("client", clientId), ct);
                var ended = await work.ListAsync(
                    $"""
                    UPDATE grants SET status = 2 WHERE citizen_id = @citizen AND client_id = @client AND status <> 2
                    RETURNING {EndedGrant.Columns}
                    """,
                    p => p.Add("citizen", session.CitizenId).Add("client", clientId),
                    EndedGrant.Read, ct);
                if (consents == 0 && ended.Count == 0)
                {
                    return false;
                }

                await notices.AddAsync(work, ended, SessionEndReason.ServiceDisconnected, ct);
                await work.AppendAsync(
                    AuditEvents.ConsentWithdrawn(audit.Create(), session.CitizenId, clientId, session.Sid), ct);
                return true;
            },
            ct);
        sender.Wake();
        return revoked;
    }

    public Task<string?> NameAsync(string clientId, CancellationToken ct)
        => Task.FromResult(
            clients.FindAny(clientId) is { } client ? InLanguage(client.Metadata.NameZh, client.Metadata.NameEn) : null);

    private static string InLanguage(string zh, string en) => Languages.Current == Languages.English ? en : zh;

    /// <summary>What was agreed to, in the words of the consent page.</summary>
    private IEnumerable<string> Data(string[] released)
    {
        foreach (var (name, text) in ((string, string)[])
            [("sub", "Subject"), ("nickname", "Nickname"), ("locale", "Locale"), ("acr", "Level"), ("amr", "How"), ("auth_time", "When"), ("sid", "SignInId")])
        {
            if (released.Contains(name))
            {
                yield return texts[text];
            }
        }

        foreach (var scope in released.Select(r => r.Split(':', 2)).Where(r => r is ["scope", _]).Select(r => r[1]))
        {
            if (clients.FindScope(scope) is { } known)
            {
                yield return InLanguage(known.TextZh, known.TextEn);
            }
        }

        if (released.Contains(ScopeCatalogue.Released(ScopeCatalogue.OfflineAccess)))
        {
            yield return texts["Offline"];
        }
    }
}
