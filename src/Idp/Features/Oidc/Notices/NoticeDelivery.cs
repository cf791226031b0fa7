using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Audit;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Telemetry;

namespace Moi.Identity.Idp.Features.Oidc.Notices;

/// <summary>One attempt at one notice, and what is written down of it.</summary>
internal sealed partial class NoticeDelivery(
    SqlDatabase sql, ClientCatalog clients, NoticePost post, AuditContextFactory audit, IdpMetrics metrics, TimeProvider time,
    ILogger<NoticeDelivery> logger)
{
    /// <summary>How long to wait after each attempt; after the last one the client is given up, some thirteen hours after the first.</summary>
    private static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromHours(1),
        TimeSpan.FromHours(4), TimeSpan.FromHours(8), TimeSpan.FromHours(8),
    ];

    /// <returns>Whether the client was told; nothing if another process has the notice, or nobody wants it.</returns>
    internal async Task<bool?> TryAsync(Notice notice, CancellationToken ct)
    {
        // Whoever takes it and dies leaves it to the next attempt.
        if (!await sql.TryTakeNoticeAsync(notice, time.GetUtcNow() + Waits[Math.Min(notice.Attempts, Waits.Length - 1)], ct))
        {
            return null;
        }

        var attempt = notice.Attempts + 1;
        var (address, otherwise) = Resolve(notice);
        if (address is null)
        {
            await FinishAsync(notice, otherwise, ct);
            return null;
        }

        if (await post.TryPostAsync(notice, address, ct) is not { } failure)
        {
            await FinishAsync(notice, NoticeState.Delivered, ct);
            LogTold(logger, notice.ClientId, notice.Kind, attempt);
            return true;
        }

        if (attempt < Waits.Length)
        {
            await sql.NoteFailureAsync(notice.Id, failure, ct);
            LogNotTold(logger, notice.ClientId, notice.Kind, attempt, failure);
            metrics.NoticeTried(notice.Kind, "failed");
        }
        else
        {
            await GiveUpAsync(notice, failure, ct);
        }

        return false;
    }

    /// <summary>
    /// Where to, by the registration of today, or what becomes of it. A client that was removed is told of its sessions where it was.
    /// </summary>
    private (string? Address, NoticeState Otherwise) Resolve(Notice notice)
    {
        var metadata = clients.FindAny(notice.ClientId)?.Metadata;
        if (notice.Kind == NoticeKind.Logout)
        {
            return (metadata is null ? notice.Address : metadata.BackchannelLogoutUri, NoticeState.NotWanted);
        }

        return metadata?.SecurityEvents is { } subscription && subscription.Wants(notice.Kind)
            ? (subscription.EndpointUrl, NoticeState.ToBePolled)
            : (null, NoticeState.NotWanted);
    }

    private async Task FinishAsync(Notice notice, NoticeState state, CancellationToken ct)
    {
        await sql.FinishAsync(notice.Id, state, time.GetUtcNow(), ct);
        if (state != NoticeState.ToBePolled)
        {
            metrics.NoticeTried(notice.Kind, state == NoticeState.Delivered ? "delivered" : "not_wanted");
        }
    }

    private async Task GiveUpAsync(Notice notice, string failure, CancellationToken ct)
    {
        LogGivenUp(logger, notice.ClientId, notice.Kind, failure);
        await sql.TransactionAsync(
            async work => await work.GiveUpAsync(notice.Id, failure, time.GetUtcNow(), ct) == 1
                && await work.AppendAsync(
                    AuditEvents.NoticeUndelivered(audit.Create(), notice.ClientId, notice.Sid, notice.Kind), ct) == 1,
            ct);
        metrics.NoticeTried(notice.Kind, "given_up");
    }

    [LoggerMessage(EventId = 5601, Level = LogLevel.Information, Message = "{ClientId} was told ({Kind}) at attempt {Attempt}")]
    private static partial void LogTold(ILogger logger, string clientId, string kind, int attempt);

    [LoggerMessage(EventId = 5602, Level = LogLevel.Warning, Message = "{ClientId} could not be told ({Kind}) at attempt {Attempt}: {Reason}")]
    private static partial void LogNotTold(ILogger logger, string clientId, string kind, int attempt, string reason);

    [LoggerMessage(EventId = 5603, Level = LogLevel.Error, Message = "{ClientId} was not told ({Kind}); no further attempt: {Reason}")]
    private static partial void LogGivenUp(ILogger logger, string clientId, string kind, string reason);
}
