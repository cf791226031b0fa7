using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Data.Pruning;
using Moi.Identity.Idp.Features.Audit;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.Oidc.Grants;

/// <summary>What the database knows when a citizen is about to enter a service.</summary>
/// <param name="MaySignIn">The session has not ended; its citizen and its passkey are active.</param>
/// <param name="HasEnded">The session has ended, and whoever ended it did not come to take it out of the store.</param>
/// <param name="Subject">The pairwise subject, if the agency has met the citizen before.</param>
/// <param name="Released">What the citizen has agreed to release to the client before.</param>
/// <param name="Nickname">The citizen's own words for the account.</param>
internal sealed record EntryState(bool MaySignIn, bool HasEnded, string? Subject, string? Released, string Nickname);

/// <summary>What the database knows of a grant when one of its tokens is used.</summary>
internal sealed record GrantState(
    Guid Id, bool IsValid, Guid CitizenId, string ClientId, string Sid, string Scopes, string Locale, string Nickname,
    int? RefreshStatus);

/// <summary>What is to be written when a code is issued. Authorization details are agreed to this time only; their types are recorded.</summary>
internal sealed record GrantEntry(
    Session Session, Client Client, string Subject, string Scopes, string Locale, string? NewConsent, IReadOnlyList<string> DetailTypes)
{
    /// <summary>Nobody was asked, because the citizen had agreed before.</summary>
    public bool RestsOnConsent { get; init; }
}

/// <summary>Grants, pairwise subjects and consents by plain SQL: one round trip a step on PostgreSQL.</summary>
internal sealed class GrantStore(SqlDatabase sql, AuditContextFactory audit, TimeProvider time)
{
    /// <summary>
    /// A grant is of use while its session may live (a day at most), while it has a refresh token, and as the
    /// last visit that the citizen reads on the page of connected services.
    /// </summary>
    internal static readonly PruningRule Pruning = new(
        "grants", "used_at", Keep: TimeSpan.FromDays(3),
        And: """
            (t.status <> 0 OR NOT EXISTS (SELECT 1 FROM refresh_tokens r WHERE r.grant_id = t.id))
            AND (
                NOT EXISTS (SELECT 1 FROM consents c WHERE c.citizen_id = t.citizen_id AND c.client_id = t.client_id)
                OR EXISTS (
                    SELECT 1 FROM grants n WHERE n.citizen_id = t.citizen_id AND n.client_id = t.client_id AND n.used_at > t.used_at))
            """);

    private const string Upsert = """
        INSERT INTO grants (id, citizen_id, credential_id, client_id, sid, subject, scopes, locale, kind, status, created_at, used_at)
        SELECT @id, @citizen, @credential, @client, @sid, @subject, @scopes, @locale, 0, 0, @now, @now
        WHERE @rests = 0 OR EXISTS (SELECT 1 FROM n)
        ON CONFLICT (sid, client_id) WHERE status = 0
        DO UPDATE SET credential_id = excluded.credential_id, scopes = excluded.scopes, locale = excluded.locale,
            used_at = excluded.used_at
        RETURNING id
        """;

    internal const string Consent = """
        INSERT INTO consents (citizen_id, client_id, released, granted_at) VALUES (@citizen, @client, @released, @now)
        ON CONFLICT (citizen_id, client_id) DO UPDATE SET released = excluded.released, granted_at = excluded.granted_at
        """;

    private const string Standing = """
        SELECT g.status, c.status, k.status, g.citizen_id, g.client_id, g.sid, g.scopes, g.locale, c.display_label, e.sid
        """;

    private const string Sources = """
        FROM grants g
        JOIN citizens c ON c.id = g.citizen_id
        LEFT JOIN credentials k ON k.id = g.credential_id AND k.citizen_id = g.citizen_id
        LEFT JOIN ended_sessions e ON e.sid = g.sid
        """;

    private const string Find = $"{Standing}, NULL {Sources} WHERE g.id = @grant";

    private const string FindWithRefreshToken =
        $"{Standing}, r.status {Sources} LEFT JOIN refresh_tokens r ON r.id = @token AND r.grant_id = g.id WHERE g.id = @grant";

    // SECURITY: locked on PostgreSQL, so that a withdrawal in this moment waits for the grant and then ends it, or is waited for and
    // leaves no consent. SQLite has one writer at a time.
    private const string Agreed = "n AS (SELECT 1 FROM consents WHERE citizen_id = @citizen AND client_id = @client";

    private const string OneTrip =
        $"WITH {Agreed} FOR SHARE), g AS ({Upsert}), a AS ({AuditSql.InsertWhere} EXISTS (SELECT 1 FROM g)) SELECT id FROM g";

    private const string Enter = $"WITH {Agreed}) {Upsert}";

    /// <summary>Everything that decides about an entry, in one select.</summary>
    internal Task<EntryState?> ReadEntryAsync(Session session, Client client, CancellationToken ct)
        => sql.FirstAsync(
            """
            SELECT c.status, k.status, p.subject, n.released, c.display_label, e.sid
            FROM citizens c
            LEFT JOIN credentials k ON k.id = @credential AND k.citizen_id = c.id
            LEFT JOIN pairwise_subjects p ON p.citizen_id = c.id AND p.sector = @sector
            LEFT JOIN consents n ON n.citizen_id = c.id AND n.client_id = @client
            LEFT JOIN ended_sessions e ON e.sid = @sid
            WHERE c.id = @citizen
            """,
            p => p.Add("citizen", session.CitizenId).Add("credential", session.CredentialId)
                .Add("sector", client.Sector).Add("client", client.Id).Add("sid", session.Sid),
            row => new EntryState(
                row.Integer(0) == (int)CitizenStatus.Active && !row.IsNull(1) && row.Integer(1) == (int)CredentialStatus.Active
                    && row.IsNull(5),
                !row.IsNull(5), row.TextOrNull(2), row.TextOrNull(3), row.Text(4)),
            ct);

    /// <summary>The citizen's subject at this sector, or nothing if they have not met.</summary>
    internal Task<string?> FindSubjectAsync(Guid citizenId, string sector, CancellationToken ct)
        => sql.FirstAsync(
            "SELECT subject FROM pairwise_subjects WHERE citizen_id = @citizen AND sector = @sector",
            p => p.Add("citizen", citizenId).Add("sector", sector), row => row.Text(0), ct);

    /// <summary>The citizen's subject at this sector; made when they first meet.</summary>
    internal async Task<string> GetSubjectAsync(Guid citizenId, string sector, CancellationToken ct)
    {
        await sql.ExecuteAsync(
            """
            INSERT INTO pairwise_subjects (citizen_id, sector, subject) VALUES (@citizen, @sector, @subject)
            ON CONFLICT (citizen_id, sector) DO NOTHING
            """,
            p => p.Add("citizen", citizenId).Add("sector", sector)
                .Add("subject", PairwiseSubject.NewValue()),
            ct);
        return await FindSubjectAsync(citizenId, sector, ct)
            ?? throw new InvalidOperationException("A pairwise subject that was just stored is not there.");
    }

    /// <summary>Writes the grant, a new consent, and the audit events, all or nothing.</summary>
    /// <returns>The id of the grant of this session and client; nothing if it rests on a consent that is gone.</returns>
    internal async Task<Guid?> EnterAsync(GrantEntry entry, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var entered = AuditEvents.ServiceEntered(audit.Create(), entry.Session, entry.Client.Id, entry.Scopes);
        if (sql.IsPostgres && entry.NewConsent is null)
        {
            var row = await sql.FirstAsync(
                OneTrip, p => Bind(p, entry, now).BindAudit(entered), row => new GrantId(row.Guid(0)), ct);
            return row?.Value;
        }

        Guid? id = null;
        await sql.TransactionAsync(
            async work =>
            {
                var written = await work.ListAsync(Enter, p => Bind(p, entry, now), row => row.Guid(0), ct);
                if (written.Count == 0)
                {
                    return false;
                }

                id = written[0];
                await work.AppendAsync(entered, ct);
                if (entry.NewConsent is { } released)
                {
                    await work.ExecuteAsync(
                        Consent,
                        p => p.Add("citizen", entry.Session.CitizenId).Add("client", entry.Client.Id)
                            .Add("released", released).Add("now", now),
                        ct);
                    await work.AppendAsync(
                        AuditEvents.ConsentGranted(
                            audit.Create(), entry.Session, entry.Client.Id,
                            string.Join(' ', [released, .. entry.DetailTypes.Select(type => "details:" + type)])),
                        ct);
                }

                return true;
            },
            ct);
        return id;
    }

    /// <summary>Everything that decides about the use of a code or an access token, in one select.</summary>
    /// <remarks>
    /// SECURITY: a service may have been entered at the very moment in which the session ended, too late to be told. Its grant is
    /// good for nothing.
    /// </remarks>
    internal Task<GrantState?> FindAsync(Guid grantId, CancellationToken ct)
        => sql.FirstAsync(Find, p => p.Add("grant", grantId), row => Read(grantId, row), ct);

    /// <summary>The same for a refresh token, with what became of it.</summary>
    internal Task<GrantState?> FindAsync(Guid grantId, Guid refreshTokenId, CancellationToken ct)
        => sql.FirstAsync(
            FindWithRefreshToken, p => p.Add("grant", grantId).Add("token", refreshTokenId), row => Read(grantId, row), ct);

    /// <summary>Ends every token of the grant.</summary>
    internal Task RevokeAsync(Guid grantId, string reason, CancellationToken ct)
        => sql.TransactionAsync(
            async work =>
            {
                var revoked = await work.ListAsync(
                    "UPDATE grants SET status = 1 WHERE id = @grant AND status = 0 RETURNING citizen_id, client_id, sid",
                    p => p.Add("grant", grantId),
                    row => (Citizen: row.Guid(0), Client: row.Text(1), Sid: row.Text(2)), ct);
                foreach (var (citizen, client, sid) in revoked)
                {
                    await work.AppendAsync(AuditEvents.GrantRevoked(audit.Create(), citizen, client, sid, reason), ct);
                }

                return true;
            },
            ct);

    private static GrantState Read(Guid grantId, SqlRow row) => new(
        grantId,
        row.Integer(0) == (int)GrantStatus.Valid && row.Integer(1) == (int)CitizenStatus.Active
            && !row.IsNull(2) && row.Integer(2) == (int)CredentialStatus.Active && row.IsNull(9),
        row.Guid(3), row.Text(4), row.Text(5), row.Text(6), row.Text(7), row.Text(8),
        row.IsNull(10) ? null : row.Integer(10));

    private static SqlParameters Bind(SqlParameters p, GrantEntry entry, DateTimeOffset now)
        => p.Add("id", Guid.CreateVersion7(now)).Add("citizen", entry.Session.CitizenId)
            .Add("credential", entry.Session.CredentialId).Add("client", entry.Client.Id).Add("sid", entry.Session.Sid)
            .Add("subject", entry.Subject).Add("scopes", entry.Scopes).Add("locale", entry.Locale).Add("now", now)
            .Add("rests", entry.RestsOnConsent ? 1 : 0);

    private sealed record GrantId(Guid Value);
}
