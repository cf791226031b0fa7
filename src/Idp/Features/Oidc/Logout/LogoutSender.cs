using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Audit;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Outbound;

namespace Moi.Identity.Idp.Features.Oidc.Logout;

/// <summary>Tells clients that sessions have ended, from the outbox, so that a restart forgets none of them.</summary>
internal sealed partial class LogoutSender(
    SqlDatabase sql, ClientCatalog clients, LogoutTokens tokens, GuardedHttp http, AuditContextFactory audit, TimeProvider time,
    ILogger<LogoutSender> logger)
    : BackgroundService
{
    private const int BatchSize = 100;
    private const int AtOnce = 16;

    /// <summary>Notices of other processes, and repetitions, are looked for this often.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);

    /// <summary>How long to wait after each attempt; after the last one the client is given up.</summary>
    private static readonly TimeSpan[] Waits =
        [TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(15)];

    private readonly SemaphoreSlim _wake = new(0);

    /// <summary>There is something new in the outbox.</summary>
    internal void Wake() => _wake.Release();

    /// <summary>Sends everything that is due.</summary>
    internal async Task SendDueAsync(CancellationToken ct)
    {
        while (true)
        {
            var due = await sql.ListDueLogoutNoticesAsync(time.GetUtcNow(), BatchSize, ct);
            await Parallel.ForEachAsync(
                due, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct },
                async (notice, stop) => await SendAsync(notice, stop));
            if (due.Count < BatchSize)
            {
                return;
            }
        }
    }

    public override void Dispose()
    {
        _wake.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await _wake.WaitAsync(PollInterval, stoppingToken);
                await SendDueAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The database may be away; the notices are in it and wait.
            catch (Exception e)
            {
                LogFailed(logger, e);
            }
#pragma warning restore CA1031
        }
    }

    private async Task SendAsync(LogoutNotice notice, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (!await sql.TryTakeLogoutNoticeAsync(notice, now + Waits[Math.Min(notice.Attempts, Waits.Length - 1)], ct))
        {
            return;
        }

        if (clients.FindAny(notice.ClientId) is not { Metadata.BackchannelLogoutUri: { } address } client)
        {
            await sql.RemoveLogoutNoticeAsync(notice.Id, ct);
            return;
        }

        if (await TryPostAsync(client, address, notice, ct) is not { } failure)
        {
            await sql.RemoveLogoutNoticeAsync(notice.Id, ct);
            LogTold(logger, notice.ClientId, notice.Attempts + 1);
        }
        else if (notice.Attempts + 1 < Waits.Length)
        {
            LogNotTold(logger, notice.ClientId, notice.Attempts + 1, failure);
        }
        else
        {
            await GiveUpAsync(notice, failure, ct);
        }
    }

    private async Task GiveUpAsync(LogoutNotice notice, string failure, CancellationToken ct)
    {
        LogGivenUp(logger, notice.ClientId, failure);
        await sql.TransactionAsync(
            async work =>
            {
                await work.ExecuteAsync("DELETE FROM logout_outbox WHERE id = @id", p => p.Add("id", notice.Id), ct);
                await work.AppendAsync(AuditEvents.LogoutUndelivered(audit.Create(), notice.ClientId, notice.Sid), ct);
                return true;
            },
            ct);
    }

    /// <returns>Nothing if the client has accepted, otherwise why not.</returns>
    private async Task<string?> TryPostAsync(Client client, string address, LogoutNotice notice, CancellationToken ct)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, address);
            request.Content = new FormUrlEncodedContent(
                [KeyValuePair.Create("logout_token", await tokens.CreateAsync(client, notice, ct))]);
            using var response = await http.SendAsync(request, ct);

            // §2.8: 200, and 204 from frameworks that cannot do otherwise.
            return response.IsSuccessStatusCode ? null : $"The answer was {(int)response.StatusCode}.";
        }
        catch (HttpRequestException e)
        {
            return e.Message;
        }
    }

    [LoggerMessage(EventId = 5601, Level = LogLevel.Information, Message = "{ClientId} was told of a session's end at attempt {Attempt}")]
    private static partial void LogTold(ILogger logger, string clientId, int attempt);

    [LoggerMessage(EventId = 5602, Level = LogLevel.Warning, Message = "{ClientId} could not be told of a session's end at attempt {Attempt}: {Reason}")]
    private static partial void LogNotTold(ILogger logger, string clientId, int attempt, string reason);

    [LoggerMessage(EventId = 5603, Level = LogLevel.Error, Message = "{ClientId} was not told of a session's end; no further attempt: {Reason}")]
    private static partial void LogGivenUp(ILogger logger, string clientId, string reason);

    [LoggerMessage(EventId = 5604, Level = LogLevel.Error, Message = "The logout outbox could not be worked through")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
