using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Data.Pruning;
using Moi.Identity.Idp.Features.Clients;

namespace Moi.Identity.Idp.Features.Oidc.Notices;

/// <summary>The outbox by plain SQL.</summary>
internal static class NoticeOutbox
{
    /// <summary>How long the report goes back; what nobody has fetched by then is dropped.</summary>
    internal static readonly PruningRule Pruning = new("notices", "created_at", Keep: TimeSpan.FromDays(30));

    private const int LongestFailure = 500;

    private const string Columns =
        "id, client_id, kind, address, alg, subject, sid, details, created_at, state, attempts, next_attempt_at, finished_at, failure";

    // One step of the index for each client that has something waiting, however much that is.
    private const string Clients = """
        WITH RECURSIVE c(client_id) AS (
            SELECT MIN(client_id) FROM notices WHERE next_attempt_at IS NOT NULL
            UNION ALL
            SELECT (SELECT MIN(n.client_id) FROM notices n WHERE n.client_id > c.client_id AND n.next_attempt_at IS NOT NULL)
            FROM c WHERE c.client_id IS NOT NULL
        )
        SELECT client_id FROM c
        WHERE client_id IS NOT NULL
            AND EXISTS (SELECT 1 FROM notices n WHERE n.client_id = c.client_id AND n.next_attempt_at <= @now)
        """;

    private const string Registration = "SELECT metadata FROM relying_parties WHERE client_id = @client";

    private const string FetchingClients = """
        WITH RECURSIVE c(client_id) AS (
            SELECT MIN(client_id) FROM notices WHERE state = 1
            UNION ALL
            SELECT (SELECT MIN(n.client_id) FROM notices n WHERE n.client_id > c.client_id AND n.state = 1)
            FROM c WHERE c.client_id IS NOT NULL
        )
        SELECT client_id FROM c WHERE client_id IS NOT NULL
        """;

    /// <summary>
    /// The registration as it is, which nobody changes before the transaction is over: whoever changes it, or moves its notices, waits
    /// here. SQLite has one writer at a time.
    /// </summary>
    internal static async Task<ClientMetadata?> LockRegistrationAsync(this SqlWork work, bool isPostgres, string clientId, CancellationToken ct)
        => (await work.ListAsync(
            isPostgres ? Registration + " FOR UPDATE" : Registration, p => p.Add("client", clientId),
            static row => ClientMetadataReader.ReadStored(row.Text(0)), ct)).FirstOrDefault();

    internal static Task<int> AddAsync(this SqlWork work, Notice notice, CancellationToken ct)
        => work.ExecuteAsync(
            """
            INSERT INTO notices (id, client_id, kind, address, alg, subject, sid, details, created_at, state, attempts, next_attempt_at)
            VALUES (@id, @client, @kind, @address, @alg, @subject, @sid, @details, @created, @state, 0, @next)
            """,
            p => p.Add("id", notice.Id).Add("client", notice.ClientId).Add("kind", notice.Kind).Add("address", notice.Address)
                .Add("alg", notice.Alg).Add("subject", notice.Subject).Add("sid", notice.Sid).Add("details", notice.Details)
                .Add("created", notice.CreatedAt).Add("state", (int)notice.State).Add("next", notice.NextAttemptAt),
            ct);

    /// <summary>The clients for which something is due.</summary>
    internal static Task<List<string>> ListDueClientsAsync(this SqlDatabase sql, DateTimeOffset now, CancellationToken ct)
        => sql.ListAsync(Clients, p => p.Add("now", now), row => row.Text(0), ct);

    /// <summary>The clients for which something waits to be fetched.</summary>
    internal static Task<List<string>> ListFetchingClientsAsync(this SqlDatabase sql, CancellationToken ct)
        => sql.ListAsync(FetchingClients, static _ => { }, row => row.Text(0), ct);

    internal static Task<List<Notice>> ListDueNoticesAsync(
        this SqlDatabase sql, string clientId, DateTimeOffset now, int most, CancellationToken ct)
        => sql.ListAsync(
            $"SELECT {Columns} FROM notices WHERE client_id = @client AND next_attempt_at <= @now ORDER BY next_attempt_at, id LIMIT @most",
            p => p.Add("client", clientId).Add("now", now).Add("most", most), Read, ct);

    /// <summary>What the client may fetch, the oldest first.</summary>
    internal static Task<List<Notice>> ListToBePolledAsync(this SqlDatabase sql, string clientId, int most, CancellationToken ct)
        => sql.ListAsync(
            $"SELECT {Columns} FROM notices WHERE client_id = @client AND state = 1 ORDER BY id LIMIT @most",
            p => p.Add("client", clientId).Add("most", most), Read, ct);

    /// <summary>The last notices of a client, the newest first.</summary>
    internal static Task<List<Notice>> ListLastNoticesAsync(this SqlDatabase sql, string clientId, int most, CancellationToken ct)
        => sql.ListAsync(
            $"SELECT {Columns} FROM notices WHERE client_id = @client ORDER BY created_at DESC, id DESC LIMIT @most",
            p => p.Add("client", clientId).Add("most", most), Read, ct);

    /// <summary>Takes a notice for one attempt; of several processes one gets it.</summary>
    internal static async Task<bool> TryTakeNoticeAsync(this SqlDatabase sql, Notice notice, DateTimeOffset next, CancellationToken ct)
        => await sql.ExecuteAsync(
            """
            UPDATE notices SET attempts = attempts + 1, next_attempt_at = @next
            WHERE id = @id AND attempts = @attempts AND state = 0
            """,
            p => p.Add("id", notice.Id).Add("attempts", notice.Attempts).Add("next", next), ct) == 1;

    internal static Task<int> NoteFailureAsync(this SqlDatabase sql, Guid id, string failure, CancellationToken ct)
        => sql.ExecuteAsync(
            "UPDATE notices SET failure = @failure WHERE id = @id AND state = 0",
            p => p.Add("id", id).Add("failure", Shortened(failure)), ct);

    internal static Task<int> NoteDeliveredAsync(this SqlDatabase sql, Guid id, DateTimeOffset now, CancellationToken ct)
        => sql.ExecuteAsync(
            "UPDATE notices SET state = 2, next_attempt_at = NULL, finished_at = @now WHERE id = @id AND state = 0",
            p => p.Add("id", id).Add("now", now), ct);

    /// <summary>Nothing is posted: the client fetches the notice, or does not want it.</summary>
    internal static Task<int> EndAsync(this SqlWork work, Guid id, NoticeState state, DateTimeOffset now, CancellationToken ct)
        => work.ExecuteAsync(
            "UPDATE notices SET state = @state, next_attempt_at = NULL, finished_at = @now WHERE id = @id AND state = 0",
            p => p.Add("id", id).Add("state", (int)state).Add("now", state == NoticeState.ToBePolled ? null : now), ct);

    internal static Task<int> GiveUpAsync(this SqlWork work, Guid id, string failure, DateTimeOffset now, CancellationToken ct)
        => work.ExecuteAsync(
            "UPDATE notices SET state = 3, next_attempt_at = NULL, finished_at = @now, failure = @failure WHERE id = @id AND state = 0",
            p => p.Add("id", id).Add("failure", Shortened(failure)).Add("now", now), ct);

    /// <summary>The client has fetched the notice, or says why it cannot use it. Somebody else's is as good as none.</summary>
    /// <returns>The kind of the notice, if there was one.</returns>
    internal static Task<List<string>> AcknowledgeAsync(
        this SqlWork work, string clientId, Guid id, string? failure, DateTimeOffset now, CancellationToken ct)
        => work.ListAsync(
            """
            UPDATE notices SET state = @state, finished_at = @now, failure = @failure
            WHERE id = @id AND client_id = @client AND state = 1 RETURNING kind
            """,
            p => p.Add("id", id).Add("client", clientId).Add("failure", failure).Add("now", now)
                .Add("state", (int)(failure is null ? NoticeState.Delivered : NoticeState.GivenUp)),
            row => row.Text(0), ct);

    /// <summary>The client was given everything that waited for it up to this one.</summary>
    internal static Task<int> NoteHandedOutAsync(this SqlDatabase sql, string clientId, Guid last, CancellationToken ct)
        => sql.ExecuteAsync(
            "UPDATE notices SET attempts = attempts + 1 WHERE client_id = @client AND state = 1 AND id <= @last",
            p => p.Add("client", clientId).Add("last", last), ct);

    /// <summary>What the client has not fetched is posted to it from now on.</summary>
    internal static Task<int> PushInsteadAsync(this SqlWork work, string clientId, DateTimeOffset now, CancellationToken ct)
        => work.ExecuteAsync(
            "UPDATE notices SET state = 0, attempts = 0, next_attempt_at = @now WHERE client_id = @client AND state = 1",
            p => p.Add("client", clientId).Add("now", now), ct);

    /// <summary>Nobody is told of what still waits.</summary>
    internal static Task<int> DropWaitingAsync(this SqlWork work, string clientId, DateTimeOffset now, CancellationToken ct)
        => work.ExecuteAsync(
            """
            UPDATE notices SET state = 4, next_attempt_at = NULL, finished_at = @now
            WHERE client_id = @client AND (state = 1 OR next_attempt_at IS NOT NULL)
            """,
            p => p.Add("client", clientId).Add("now", now), ct);

    private static string Shortened(string failure) => failure.Length <= LongestFailure ? failure : failure[..LongestFailure];

    private static Notice Read(SqlRow row) => new()
    {
        Id = row.Guid(0),
        ClientId = row.Text(1),
        Kind = row.Text(2),
        Address = row.TextOrNull(3),
        Alg = row.Text(4),
        Subject = row.Text(5),
        Sid = row.TextOrNull(6),
        Details = row.Text(7),
        CreatedAt = row.Time(8),
        State = (NoticeState)row.Integer(9),
        Attempts = row.Integer(10),
        NextAttemptAt = row.TimeOrNull(11),
        FinishedAt = row.TimeOrNull(12),
        Failure = row.TextOrNull(13),
    };
}
