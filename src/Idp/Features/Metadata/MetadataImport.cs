using Moi.Identity.Fido2;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Audit;

namespace Moi.Identity.Idp.Features.Metadata;

/// <summary>What became of metadata that were brought here.</summary>
/// <param name="Outcome">Whether they are in use now.</param>
/// <param name="Snapshot">What they say; null if they were refused.</param>
/// <param name="Failure">Why they were refused; null if they were not.</param>
internal sealed record MetadataImported(MetadataOutcome Outcome, MetadataSnapshot? Snapshot, MetadataFailure? Failure);

/// <summary>Verifies metadata, from a file or a download, stores them and tells every server.</summary>
internal sealed class MetadataImport(
    SqlDatabase sql, MetadataCatalog catalog, MetadataTrustFactory trust, AuditContextFactory audit, TimeProvider time)
{
    // SECURITY: the number only grows, whoever writes at the same time: an older BLOB is well signed too.
    private const string Store = """
        INSERT INTO fido_metadata (id, number, next_update, digest, blob, tag, stored_at)
        VALUES (@id, @number, @next_update, @digest, @blob, @tag, @now)
        ON CONFLICT (id) DO UPDATE SET number = excluded.number, next_update = excluded.next_update, digest = excluded.digest,
            blob = excluded.blob, tag = excluded.tag, stored_at = excluded.stored_at
        WHERE excluded.number > fido_metadata.number
        """;

    /// <summary>The edition that is stored.</summary>
    internal Task<StoredEdition?> StoredAsync(CancellationToken ct)
        => sql.FirstAsync(
            "SELECT number, next_update, digest, tag, stored_at FROM fido_metadata", static _ => { },
            row => new StoredEdition(
                row.Number(0), DateOnly.FromDateTime(row.Time(1).UtcDateTime), row.Text(2), row.TextOrNull(3), row.Time(4)), ct);

    /// <summary>Takes a BLOB that is new here, or says why not.</summary>
    internal async Task<MetadataImported> ImportAsync(
        byte[] blob, IReadOnlyList<CertificateRevocationList> lists, string? tag, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var reading = MetadataBlob.Read(blob, trust.New(lists), now);
        if (!reading.Succeeded)
        {
            return new MetadataImported(MetadataOutcome.Refused, null, reading.Failure);
        }

        var snapshot = reading.Snapshot;
        var stored = await sql.TransactionAsync(
            async work =>
                await work.ExecuteAsync(
                    Store,
                    p => p.Add("id", StoredMetadata.Only).Add("number", snapshot.Number)
                        .Add("next_update", new DateTimeOffset(snapshot.NextUpdate, TimeOnly.MinValue, TimeSpan.Zero))
                        .Add("digest", snapshot.Digest).Add("blob", blob).Add("tag", tag is { Length: <= 200 } ? tag : null).Add("now", now),
                    ct) == 1
                && await work.AppendAsync(
                    AuditEvents.MetadataStored(audit.Create(), snapshot.Number, snapshot.NextUpdate, snapshot.Digest), ct) == 1,
            ct);
        if (stored)
        {
            await catalog.ChangedAsync(ct);
            return new MetadataImported(MetadataOutcome.Replaced, snapshot, null);
        }

        var known = await StoredAsync(ct);
        return known?.Digest == snapshot.Digest
            ? new MetadataImported(MetadataOutcome.Unchanged, snapshot, null)
            : new MetadataImported(
                MetadataOutcome.Refused, null, new MetadataFailure(MetadataError.Rollback, $"Number {snapshot.Number}; number {known?.Number} is known."));
    }
}

/// <summary>What the database says of the metadata, without the BLOB.</summary>
internal sealed record StoredEdition(long Number, DateOnly NextUpdate, string Digest, string? Tag, DateTimeOffset StoredAt);
