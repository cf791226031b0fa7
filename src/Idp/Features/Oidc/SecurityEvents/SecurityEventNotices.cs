using System.Text.Json.Nodes;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Notices;

namespace Moi.Identity.Idp.Features.Oidc.SecurityEvents;

/// <summary>Puts security events into the outbox, for clients that subscribed.</summary>
internal sealed class SecurityEventNotices(ClientCatalog clients, TimeProvider time)
{
    // A service without consent was disconnected, or never entered; of one that was never asked for consent there is a grant.
    private const string Connected = """
        SELECT client_id FROM consents WHERE citizen_id = @citizen
        UNION
        SELECT client_id FROM grants WHERE citizen_id = @citizen AND status <> 2
        """;

    /// <summary>Tells one client of its session, if it wants to hear it.</summary>
    internal Task AddAsync(SqlWork work, Client client, string kind, string subject, string sid, JsonObject details, CancellationToken ct)
        => Wants(client, kind) ? AddWantedAsync(work, client, kind, subject, sid, details, ct) : Task.CompletedTask;

    /// <summary>Tells every connected client that wants to hear it. To be called before grants are ended.</summary>
    internal async Task AddForAccountAsync(SqlWork work, Guid citizenId, string kind, JsonObject details, CancellationToken ct)
    {
        if (!clients.All.Any(client => Wants(client, kind)))
        {
            return;
        }

        var connected = await work.ListAsync(Connected, p => p.Add("citizen", citizenId), row => row.Text(0), ct);
        var subjects = (await work.ListAsync(
            "SELECT sector, subject FROM pairwise_subjects WHERE citizen_id = @citizen", p => p.Add("citizen", citizenId),
            row => (Sector: row.Text(0), Subject: row.Text(1)), ct)).ToDictionary(s => s.Sector, s => s.Subject);
        foreach (var clientId in connected)
        {
            if (clients.Find(clientId) is { } client && Wants(client, kind) && subjects.TryGetValue(client.Sector, out var subject))
            {
                await AddWantedAsync(work, client, kind, subject, null, details, ct);
            }
        }
    }

    private static bool Wants(Client client, string kind)
        => client.IsActive && client.Metadata.SecurityEvents?.Wants(kind) == true;

    private Task<int> AddWantedAsync(
        SqlWork work, Client client, string kind, string subject, string? sid, JsonObject details, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var isPushed = client.Metadata.SecurityEvents!.Delivery == SecurityEventSubscription.Push;
        return work.AddAsync(
            new Notice
            {
                Id = Guid.CreateVersion7(now),
                ClientId = client.Id,
                Kind = kind,
                Address = client.Metadata.SecurityEvents.EndpointUrl,
                Alg = client.Metadata.IdTokenSignedResponseAlg,
                Subject = subject,
                Sid = sid,
                Details = details.ToJsonString(),
                CreatedAt = now,
                State = isPushed ? NoticeState.Waiting : NoticeState.ToBePolled,
                NextAttemptAt = isPushed ? now : null,
            },
            ct);
    }
}
