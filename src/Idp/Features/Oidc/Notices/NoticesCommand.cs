using System.Globalization;
using Moi.Identity.Idp.Data;

namespace Moi.Identity.Idp.Features.Oidc.Notices;

/// <summary><c>notices report [CLIENT]</c>: whether clients hear what they are told.</summary>
internal static class NoticesCommand
{
    private const int MostLines = 100;

    private const string Usage = """
        notices report            one line for each client and kind of the last 30 days: delivered, waiting, not delivered
        notices report CLIENT     the last 100 notices of one client: when, how often tried, why not delivered
        """;

    private const string Summary = """
        SELECT client_id, kind,
            COUNT(CASE WHEN state = 2 THEN 1 END), COUNT(CASE WHEN state < 2 THEN 1 END), COUNT(CASE WHEN state = 3 THEN 1 END),
            MAX(CASE WHEN state = 2 THEN finished_at END)
        FROM notices GROUP BY client_id, kind ORDER BY client_id, kind
        """;

    /// <returns>The exit status: 0 done, 2 not understood.</returns>
    internal static async Task<int> RunAsync(IServiceProvider services, string[] arguments, CancellationToken ct)
    {
        var sql = services.GetRequiredService<SqlDatabase>();
        switch (arguments)
        {
            case ["report"]:
                await DataFeature.PrepareAsync(services, ct);
                await WriteSummaryAsync(sql, ct);
                return 0;
            case ["report", var client]:
                await DataFeature.PrepareAsync(services, ct);
                await WriteNoticesAsync(sql, client, ct);
                return 0;
            default:
                await Console.Error.WriteLineAsync(Usage);
                return 2;
        }
    }

    private static async Task WriteSummaryAsync(SqlDatabase sql, CancellationToken ct)
    {
        await Console.Out.WriteLineAsync("client\tkind\tdelivered\twaiting\tnot delivered\tlast delivered");
        var lines = await sql.ListAsync(
            Summary, static _ => { },
            static row => string.Join(
                '\t', row.Text(0), row.Text(1), row.Number(2), row.Number(3), row.Number(4), Time(row.TimeOrNull(5))),
            ct);
        foreach (var line in lines)
        {
            await Console.Out.WriteLineAsync(line);
        }
    }

    private static async Task WriteNoticesAsync(SqlDatabase sql, string client, CancellationToken ct)
    {
        await Console.Out.WriteLineAsync("written\tkind\tstate\tattempts\tfinished\tlast failure");
        foreach (var notice in await sql.ListLastNoticesAsync(client, MostLines, ct))
        {
            await Console.Out.WriteLineAsync(string.Join(
                '\t', Time(notice.CreatedAt), notice.Kind, State(notice.State), notice.Attempts, Time(notice.FinishedAt), notice.Failure ?? "-"));
        }
    }

    private static string State(NoticeState state) => state switch
    {
        NoticeState.Waiting => "waiting",
        NoticeState.ToBePolled => "to be fetched",
        NoticeState.Delivered => "delivered",
        NoticeState.GivenUp => "not delivered",
        _ => "not wanted",
    };

    private static string Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "-";
}
