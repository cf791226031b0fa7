namespace Moi.Identity.Fido2;

/// <summary>What became of a BLOB that was offered to a <see cref="MetadataStore"/>.</summary>
/// <param name="Outcome">Whether it is in use now.</param>
/// <param name="Previous">The snapshot that was in use before; null if there was none.</param>
/// <param name="Current">The snapshot in use afterwards; null if there is none.</param>
/// <param name="Failure">Why it was refused; null if it was not.</param>
public sealed record MetadataOffer(MetadataOutcome Outcome, MetadataSnapshot? Previous, MetadataSnapshot? Current, MetadataFailure? Failure);

/// <summary>What became of an offered BLOB.</summary>
public enum MetadataOutcome
{
    /// <summary>It was refused; what was in use before still is.</summary>
    Refused = 0,

    /// <summary>It is the one in use already.</summary>
    Unchanged,

    /// <summary>It is in use now.</summary>
    Replaced,
}

/// <summary>Holds the snapshot in use. Thread-safe; one instance for the process.</summary>
/// <remarks>A reader sees one whole snapshot or the next, never a mixture. A BLOB that is broken, stale or older changes
/// nothing: the last good one stays in use, however old it gets, and <see cref="LastFailure"/> says why.</remarks>
public sealed class MetadataStore
{
    private readonly Lock _changing = new();
    private readonly long _newestKnown;
    private volatile MetadataSnapshot? _current;
    private volatile MetadataFailure? _lastFailure;

    /// <summary>Makes an empty store.</summary>
    /// <param name="newestKnown">The highest number that was ever in use, as the caller remembers it over restarts: a BLOB
    /// below it is refused even by an empty store.</param>
    public MetadataStore(long newestKnown = 0) => _newestKnown = newestKnown;

    /// <summary>The snapshot in use; null until one was accepted.</summary>
    public MetadataSnapshot? Current => _current;

    /// <summary>Why the BLOB that was offered last was refused; null if it was not.</summary>
    public MetadataFailure? LastFailure => _lastFailure;

    /// <summary>Verifies a BLOB and puts it to use if it is newer.</summary>
    /// <param name="blob">The BLOB, a JWS in compact form.</param>
    /// <param name="trust">Whom it is believed from.</param>
    /// <param name="now">The time.</param>
    public MetadataOffer Offer(ReadOnlyMemory<byte> blob, MetadataTrust trust, DateTimeOffset now)
    {
        var reading = MetadataBlob.Read(blob, trust, now);
        lock (_changing)
        {
            var previous = _current;
            if (!reading.Succeeded)
            {
                return Refuse(previous, reading.Failure);
            }

            var snapshot = reading.Snapshot;
            if (previous?.Digest == snapshot.Digest)
            {
                _lastFailure = null;
                return new MetadataOffer(MetadataOutcome.Unchanged, previous, previous, null);
            }

            // SECURITY: an older BLOB is well signed too, and does not know which models were broken since.
            if (previous is not null ? snapshot.Number <= previous.Number : snapshot.Number < _newestKnown)
            {
                return Refuse(previous, new MetadataFailure(
                    MetadataError.Rollback, $"Number {snapshot.Number}; number {previous?.Number ?? _newestKnown} is known."));
            }

            _current = snapshot;
            _lastFailure = null;
            return new MetadataOffer(MetadataOutcome.Replaced, previous, snapshot, null);
        }
    }

    private MetadataOffer Refuse(MetadataSnapshot? previous, MetadataFailure failure)
    {
        _lastFailure = failure;
        return new MetadataOffer(MetadataOutcome.Refused, previous, previous, failure);
    }
}
