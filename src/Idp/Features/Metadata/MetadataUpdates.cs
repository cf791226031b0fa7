using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Moi.Identity.Fido2;
using Moi.Identity.Idp.Features.Oidc.Outbound;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.Metadata;

/// <summary>
/// Downloads the next edition when it is due, and says when it is overdue. Of several servers one does it each time; two at
/// once would store the same edition and do no harm.
/// </summary>
internal sealed partial class MetadataUpdates(
    MetadataImport import, GuardedHttp http, IShortLivedStore store, IOptions<MetadataOptions> options, TimeProvider time,
    ILogger<MetadataUpdates> logger)
    : BackgroundService
{
    private const int FirstAfterSeconds = 30;

    /// <summary>For three megabytes over a poor line.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly byte[] Taken = [1];

    /// <summary>Why the last download by this server came to nothing; null if it did not.</summary>
    internal string? LastFailure { get; private set; }

    /// <summary>Looks once whether a newer edition is due, and fetches it.</summary>
    internal async Task UpdateAsync(CancellationToken ct)
    {
        var stored = await import.StoredAsync(ct);
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        if (options.Value.Address is { } address && (stored is null || today >= stored.NextUpdate))
        {
            LastFailure = await DownloadAsync(address, stored, ct);
            if (LastFailure is not null)
            {
                LogNotDownloaded(logger, LastFailure);
            }

            stored = await import.StoredAsync(ct);
        }

        if (stored is not null && today > stored.NextUpdate)
        {
            LogOverdue(logger, stored.Number, stored.NextUpdate);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The first time soon, for a server that has no metadata yet; jittered, so that not all ask in the same minute.
        var wait = TimeSpan.FromSeconds(FirstAfterSeconds + RandomNumberGenerator.GetInt32(FirstAfterSeconds));
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(wait, time, stoppingToken);
                if (await store.TryAddAsync("metadata-update", Taken, options.Value.Interval, stoppingToken))
                {
                    await UpdateAsync(stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The database may be away; the metadata in use stay in use.
            catch (Exception e)
            {
                LogFailed(logger, e);
            }
#pragma warning restore CA1031

            wait = options.Value.Interval * (1 + (RandomNumberGenerator.GetInt32(500) / 1000.0));
        }
    }

    /// <returns>Why nothing new is in use; null if something is, or if the server says that there is nothing new.</returns>
    private async Task<string?> DownloadAsync(string address, StoredEdition? stored, CancellationToken ct)
    {
        try
        {
            var lists = new List<CertificateRevocationList>();
            foreach (var listAddress in options.Value.RevocationLists)
            {
                var answer = await GetAsync(listAddress, tag: null, CertificateRevocationList.LongestInBytes, ct);
                if (!CertificateRevocationList.TryRead(answer.Body, out var list, out var fault))
                {
                    return $"{listAddress} is no revocation list: {fault}";
                }

                lists.Add(list);
            }

            var blob = await GetAsync(address, stored?.Tag, MetadataBlob.LongestInBytes, ct);
            if (blob.Status == HttpStatusCode.NotModified)
            {
                return null;
            }

            var result = await import.ImportAsync(blob.Body, lists, blob.Tag, ct);
            return result.Failure?.ToString();
        }
        catch (HttpRequestException e)
        {
            return ForeignText.Printable(e.Message);
        }
    }

    private async Task<Download> GetAsync(string address, string? tag, int mostBytes, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (tag is not null && EntityTagHeaderValue.TryParse(tag, out var known))
        {
            request.Headers.IfNoneMatch.Add(known);
        }

        var answer = await http.DownloadAsync(request, mostBytes, Patience, ct);
        return answer.Status == HttpStatusCode.OK || (answer.Status == HttpStatusCode.NotModified && tag is not null)
            ? answer
            : throw new HttpRequestException($"{address} answered {(int)answer.Status}.");
    }

    [LoggerMessage(EventId = 2321, Level = LogLevel.Warning, Message = "FIDO metadata were not downloaded: {Reason}")]
    private static partial void LogNotDownloaded(ILogger logger, string reason);

    [LoggerMessage(EventId = 2322, Level = LogLevel.Warning, Message = "FIDO metadata no. {Number} are overdue since {NextUpdate}; they stay in use")]
    private static partial void LogOverdue(ILogger logger, long number, DateOnly nextUpdate);

    [LoggerMessage(EventId = 2323, Level = LogLevel.Error, Message = "FIDO metadata could not be looked after; this is tried again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
