using Moi.Identity.Idp.Data;

namespace Moi.Identity.Idp.Features.Oidc.Logout;

/// <summary>The outbox of back-channel logout by plain SQL.</summary>
internal static class LogoutOutboxSql
{
    /// <summary>Adds a notice; one for each session and client is enough.</summary>
    internal static Task<int> AddLogoutNoticeAsync(
        this SqlWork work, string clientId, string sid, string subject, DateTimeOffset now, CancellationToken ct)
        => work.ExecuteAsync(
            """
            INSERT INTO logout_outbox (id, client_id, sid, subject, created_at, attempts, next_attempt_at)
            VALUES (@id, @client, @sid, @subject, @now, 0, @now)
            ON CONFLICT (sid, client_id) DO NOTHING
            """,
            p => p.Add("id", Guid.CreateVersion7(now)).Add("client", clientId).Add("sid", sid).Add("subject", subject)
                .Add("now", now),
            ct);

    internal static Task<List<LogoutNotice>> ListDueLogoutNoticesAsync(
        this SqlDatabase sql, DateTimeOffset now, int most, CancellationToken ct)
        => sql.ListAsync(
            """
            SELECT id, client_id, sid, subject, created_at, attempts, next_attempt_at FROM logout_outbox
            WHERE next_attempt_at <= @now ORDER BY next_attempt_at LIMIT @most
            """,
            p => p.Add("now", now).Add("most", most),
            row => new LogoutNotice
            {
                Id = row.Guid(0),
                ClientId = row.Text(1),
                Sid = row.Text(2),
                Subject = row.Text(3),
                CreatedAt = row.Time(4),
                Attempts = row.Integer(5),
                NextAttemptAt = row.Time(6),
            },
            ct);

    /// <summary>Takes a notice for one attempt; of several processes one gets it.</summary>
    internal static async Task<bool> TryTakeLogoutNoticeAsync(
        this SqlDatabase sql, LogoutNotice notice, DateTimeOffset next, CancellationToken ct)
        => await sql.ExecuteAsync(
            """
            UPDATE logout_outbox SET attempts = attempts + 1, next_attempt_at = @next
            WHERE id = @id AND attempts = @attempts
            """,
            p => p.Add("id", notice.Id).Add("attempts", notice.Attempts).Add("next", next), ct) == 1;

    internal static Task<int> RemoveLogoutNoticeAsync(this SqlDatabase sql, Guid id, CancellationToken ct)
        => sql.ExecuteAsync("DELETE FROM logout_outbox WHERE id = @id", p => p.Add("id", id), ct);
}
