using Moi.Identity.Idp.Data;

namespace Moi.Identity.Idp.Features.Oidc.Notices;

/// <summary><c>notices report [CLIENT]</c>.</summary>
internal static class NoticesCommand
{
    private const string Usage = """
        notices report            one line for each client and kind of the last 30 days: delivered, waiting, not delivered
        notices report CLIENT     the last 100 notices of one client: when, how often tried, why not delivered
        """;

    /// <returns>The exit status: 0 done, 2 not understood.</returns>
    internal static async Task<int> RunAsync(IServiceProvider services, string[] arguments, CancellationToken ct)
    {
        if (arguments is not (["report"] or ["report", _]))
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        await DataFeature.PrepareAsync(services, ct);
        var sql = services.GetRequiredService<SqlDatabase>();
        var lines = arguments is [_, var client] ? await NoticeReport.OfClientAsync(sql, client, ct) : await NoticeReport.SummaryAsync(sql, ct);
        foreach (var line in lines)
        {
            await Console.Out.WriteLineAsync(line);
        }

        return 0;
    }
}
