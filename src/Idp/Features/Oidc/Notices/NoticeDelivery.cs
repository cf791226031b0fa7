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
        if ((Address(notice, clients.FindAny(notice.ClientId)?.Metadata) ?? await AddressOrEndAsync(notice, ct)) is not { } address)
        {
            return null;
        }

        if (await post.TryPostAsync(notice, address, ct) is not { } failure)
        {
            await sql.NoteDeliveredAsync(notice.Id, time.GetUtcNow(), ct);
            metrics.NoticeTried(notice.Kind, "delivered");
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

    /// <summary>Where to; a client that was removed is told of its sessions where it was.</summary>
    private static string? Address(Notice notice, ClientMetadata? metadata)
        => notice.Kind == NoticeKind.Logout ? metadata is null ? notice.Address : metadata.BackchannelLogoutUri
            : Wants(notice, metadata) ? metadata!.SecurityEvents!.EndpointUrl
            : null;

    private static bool Wants(Notice notice, ClientMetadata? metadata) => metadata?.SecurityEvents?.Wants(notice.Kind) == true;

    /// <summary>
    /// Ends a notice that is not to be posted. What this server has in memory can be older than the change which brought the
    /// notice here, so the registration decides, and no change comes between.
    /// </summary>
    /// <returns>Where to post it after all.</returns>
    private async Task<string?> AddressOrEndAsync(Notice notice, CancellationToken ct)
    {
        string? address = null;
        var state = NoticeState.NotWanted;
        var isEnded = await sql.TransactionAsync(
            async work =>
            {
                var metadata = await work.LockRegistrationAsync(sql.IsPostgres, notice.ClientId, ct);
                address = Address(notice, metadata);
                state = Wants(notice, metadata) ? NoticeState.ToBePolled : NoticeState.NotWanted;
                return address is null && await work.EndAsync(notice.Id, state, time.GetUtcNow(), ct) == 1;
            },
            ct);
        if (isEnded && state == NoticeState.NotWanted)
        {
            metrics.NoticeTried(notice.Kind, "not_wanted");
        }

        return address;
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
