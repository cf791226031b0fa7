using System.Globalization;
using Moi.Identity.Idp.Data;

namespace Moi.Identity.Idp.Features.Oidc.Notices;

/// <summary>Whether clients hear what they are told, as lines with tabs.</summary>
internal static class NoticeReport
{
    private const int MostLines = 100;

    private const string Sums = """
        SELECT client_id, kind,
            COUNT(CASE WHEN state = 2 THEN 1 END), COUNT(CASE WHEN state < 2 THEN 1 END), COUNT(CASE WHEN state = 3 THEN 1 END),
            MAX(CASE WHEN state = 2 THEN finished_at END)
        FROM notices GROUP BY client_id, kind ORDER BY client_id, kind
        """;

    /// <summary>One line for each client and kind.</summary>
    internal static async Task<List<string>> SummaryAsync(SqlDatabase sql, CancellationToken ct)
    {
        var lines = await sql.ListAsync(
            Sums, static _ => { },
            static row => string.Join(
                '\t', row.Text(0), row.Text(1), row.Number(2), row.Number(3), row.Number(4), Time(row.TimeOrNull(5))),
            ct);
        return ["client\tkind\tdelivered\twaiting\tnot delivered\tlast delivered", .. lines];
    }

    /// <summary>The last notices of one client, the newest first.</summary>
    internal static async Task<List<string>> OfClientAsync(SqlDatabase sql, string clientId, CancellationToken ct)
        =>
        [
            "written\tkind\tstate\tattempts\tfinished\tlast failure",
            .. (await sql.ListLastNoticesAsync(clientId, MostLines, ct)).Select(notice => string.Join(
                '\t', Time(notice.CreatedAt), notice.Kind, State(notice.State), notice.Attempts, Time(notice.FinishedAt), notice.Failure ?? "-")),
        ];

    private static string State(NoticeState state) => state switch
    {
        NoticeState.Waiting => "waiting",
        NoticeState.ToBePolled => "to be fetched",
        NoticeState.Delivered => "delivered",
        NoticeState.GivenUp => "not delivered",
        _ => "not wanted",
    };

    private static string Time(DateTimeOffset? time)
        => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "-";
}
