using Moi.Identity.Fido2;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.Metadata;

/// <summary>Brings the stored metadata into the engine's store. What cannot be read changes nothing: the last good ones stay.</summary>
internal sealed partial class MetadataCatalog(
    SqlDatabase sql, MetadataStore metadata, MetadataTrustFactory trust, IShortLivedStore store, TimeProvider time, ILogger<MetadataCatalog> logger)
    : StoredSnapshot(store, time, "metadata", TimeSpan.FromMinutes(1), logger)
{
    /// <summary>The digest of what was read last, good or not: it is not tried again and again.</summary>
    private string _digest = "";

    protected override async Task ReadAsync(CancellationToken ct)
    {
        var row = await sql.FirstAsync(
            "SELECT digest, blob, stored_at FROM fido_metadata", static _ => { }, row => new Row(row.Text(0), row.Bytes(1), row.Time(2)), ct);
        if (row is null || row.Digest == _digest)
        {
            return;
        }

        // As on the day on which they were new here: a certificate of their signer that has expired since takes nothing from them, and
        // without them a server would know of no model that is broken.
        var now = Clock.GetUtcNow();
        var offer = metadata.Offer(row.Blob, trust.Kept(), row.StoredAt < now ? row.StoredAt : now);
        _digest = row.Digest;
        if (offer.Failure is { } failure)
        {
            LogRefused(logger, failure.ToString());
        }
        else if (offer.Outcome == MetadataOutcome.Replaced)
        {
            LogLoaded(logger, offer.Current!.Number, offer.Current.Entries.Count, offer.Current.NextUpdate);
        }
    }

    protected override async Task<bool> IsOutdatedAsync(CancellationToken ct)
        => await sql.FirstAsync("SELECT digest FROM fido_metadata", static _ => { }, static row => row.Text(0), ct) is { } digest
            && digest != _digest;

    private sealed record Row(string Digest, byte[] Blob, DateTimeOffset StoredAt);

    [LoggerMessage(EventId = 2311, Level = LogLevel.Information, Message = "FIDO metadata no. {Number} with {Count} models are in use; the next are due on {NextUpdate}")]
    private static partial void LogLoaded(ILogger logger, long number, int count, DateOnly nextUpdate);

    [LoggerMessage(EventId = 2312, Level = LogLevel.Error, Message = "The stored FIDO metadata are refused ({Failure}); the last good ones stay in use")]
    private static partial void LogRefused(ILogger logger, string failure);
}
