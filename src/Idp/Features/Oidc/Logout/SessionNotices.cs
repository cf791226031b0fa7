using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Notices;
using Moi.Identity.Idp.Features.Oidc.SecurityEvents;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.Oidc.Logout;

/// <summary>A grant that has just ended for good. Ending is what makes a notice, so that there is one for each.</summary>
/// <param name="ClientId">The client.</param>
/// <param name="Sid">Its session here.</param>
/// <param name="Subject">The citizen, as the client knows them.</param>
internal readonly record struct EndedGrant(string ClientId, string Sid, string Subject)
{
    /// <summary>What ends a grant returns these columns.</summary>
    internal const string Columns = "client_id, sid, subject";

    internal static EndedGrant Read(SqlRow row) => new(row.Text(0), row.Text(1), row.Text(2));
}

/// <summary>Writes what clients are to be told of sessions that ended.</summary>
internal sealed class SessionNotices(ClientCatalog clients, SecurityEventNotices events, TimeProvider time)
{
    /// <summary>One notice of each kind for each client and session, however many grants it had there one after the other.</summary>
    internal async Task AddAsync(SqlWork work, IEnumerable<EndedGrant> ended, SessionEndReason reason, CancellationToken ct)
    {
        foreach (var grants in ended.GroupBy(grant => grant.ClientId))
        {
            if (clients.FindAny(grants.Key) is { } client)
            {
                await AddAsync(work, client, grants, reason, ct);
            }
        }
    }

    /// <summary>The same for the grants of one client, as it is registered from now on.</summary>
    internal async Task AddAsync(SqlWork work, Client client, IEnumerable<EndedGrant> ended, SessionEndReason reason, CancellationToken ct)
    {
        var (now, metadata) = (time.GetUtcNow(), client.Metadata);
        foreach (var grant in ended.Distinct())
        {
            if (metadata.BackchannelLogoutUri is { } address)
            {
                await work.AddAsync(
                    new Notice
                    {
                        Id = Guid.CreateVersion7(now),
                        ClientId = grant.ClientId,
                        Kind = NoticeKind.Logout,
                        Address = address,
                        Alg = metadata.IdTokenSignedResponseAlg,
                        Subject = grant.Subject,
                        Sid = grant.Sid,
                        CreatedAt = now,
                        NextAttemptAt = now,
                    },
                    ct);
            }

            await events.AddAsync(
                work, client, SecurityEventTypes.SessionRevoked, grant.Subject, grant.Sid, Initiator.OfSessionEnd(reason), ct);
        }
    }
}
