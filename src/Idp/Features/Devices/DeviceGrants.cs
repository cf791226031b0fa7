using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Account;
using Moi.Identity.Idp.Features.Audit;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Devices;
using Moi.Identity.Idp.Features.Oidc.Grants;
using Moi.Identity.Idp.Features.Oidc.Logout;
using Moi.Identity.Idp.Features.Oidc.Notices;
using Moi.Identity.Idp.Features.Oidc.Tokens;
using Moi.Identity.Idp.Features.Passkeys;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.Devices;

/// <summary>What devices may do for a citizen: each has a grant and a <c>sid</c> of its own, which is no browser's session.</summary>
internal sealed class DeviceGrants(
    SqlDatabase sql, GrantStore grants, SessionNotices notices, NoticeSender sender, AuditContextFactory audit, TimeProvider time)
    : IConnectedDevices
{
    private const int SidBytes = 16;

    /// <summary>Writes the grant, the consent and the audit event, all or nothing.</summary>
    /// <returns>Nothing if the citizen or the passkey has been suspended.</returns>
    internal async Task<DeviceApproval?> EnterAsync(Session session, Client client, string[] scopes, CancellationToken ct)
    {
        if (await grants.ReadEntryAsync(session, client, ct) is not { MaySignIn: true } entry)
        {
            return null;
        }

        var now = time.GetUtcNow();
        var citizen = new CitizenClaims(
            entry.Subject ?? await grants.GetSubjectAsync(session.CitizenId, client.Sector, ct),
            Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SidBytes)), AssuranceLevels.Of(session, now), session.AuthTime, session.Amr);
        var id = Guid.CreateVersion7(now);
        var granted = string.Join(' ', scopes);
        var released = string.Join(' ', ScopeCatalogue.ReleasedBy(scopes, []).Union(entry.Released?.Split(' ') ?? []));
        await sql.TransactionAsync(
            async work =>
            {
                await work.ExecuteAsync(
                    """
                    INSERT INTO grants (id, citizen_id, credential_id, client_id, sid, subject, scopes, locale, kind, status, created_at, used_at)
                    VALUES (@id, @citizen, @credential, @client, @sid, @subject, @scopes, @locale, 1, 0, @now, @now)
                    """,
                    p => p.Add("id", id).Add("citizen", session.CitizenId).Add("credential", session.CredentialId).Add("client", client.Id)
                        .Add("sid", citizen.Sid).Add("subject", citizen.Subject).Add("scopes", granted)
                        .Add("locale", CultureInfo.CurrentUICulture.Name).Add("now", now),
                    ct);
                await work.ExecuteAsync(
                    GrantStore.Consent,
                    p => p.Add("citizen", session.CitizenId).Add("client", client.Id).Add("released", released).Add("now", now), ct);
                await work.AppendAsync(
                    AuditEvents.DeviceConnected(audit.Create(), session, client.Id, citizen.Sid, granted, citizen.Acr), ct);
                return true;
            },
            ct);
        return new DeviceApproval(id, citizen);
    }

    /// <summary>Those that can still do something: they have a refresh token, or may have an access token.</summary>
    public async Task<IReadOnlyList<ConnectedDevice>> ListAsync(Guid citizenId, CancellationToken ct)
        => await sql.ListAsync(
            """
            SELECT g.id, g.client_id, g.created_at FROM grants g
            WHERE g.citizen_id = @citizen AND g.kind = 1 AND g.status = 0 AND (g.created_at > @recently OR EXISTS (
                SELECT 1 FROM refresh_tokens r WHERE r.grant_id = g.id AND r.status = 0 AND r.expires_at > @now))
            ORDER BY g.created_at DESC
            """,
            p => p.Add("citizen", citizenId).Add("now", time.GetUtcNow())
                .Add("recently", time.GetUtcNow() - ClientProfile.Basic.LongestAccessToken),
            row => new ConnectedDevice(row.Guid(0), row.Text(1), row.Time(2)), ct);

    public async Task EndAsync(Session session, Guid? id, CancellationToken ct)
    {
        await sql.TransactionAsync(
            async work =>
            {
                var ended = await work.ListAsync(
                    $"""
                    UPDATE grants SET status = 2
                    WHERE citizen_id = @citizen AND kind = 1 AND status <> 2 AND (@all = 1 OR id = @grant)
                    RETURNING {EndedGrant.Columns}
                    """,
                    p => p.Add("citizen", session.CitizenId).Add("all", id is null ? 1 : 0).Add("grant", id ?? Guid.Empty),
                    EndedGrant.Read, ct);
                await notices.AddAsync(work, ended, SessionEndReason.RevokedByCitizen, ct);
                foreach (var (clientId, sid, _) in ended)
                {
                    await work.AppendAsync(AuditEvents.DeviceDisconnected(audit.Create(), session, clientId, sid), ct);
                }

                return true;
            },
            ct);
        sender.Wake();
    }
}
