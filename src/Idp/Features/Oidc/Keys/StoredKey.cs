namespace Moi.Identity.Idp.Features.Oidc.Keys;

/// <summary>A key as it is stored: what can be said of it without its private part.</summary>
/// <param name="Kid">The <c>kid</c>.</param>
/// <param name="Alg">The one algorithm it is used with.</param>
/// <param name="Generation">The how-manieth key of its algorithm.</param>
/// <param name="ActivatesAt">From when it signs.</param>
/// <param name="RetiresAt">From when it is no longer published; set when its successor is announced.</param>
/// <param name="Protected">The private part, protected by Data Protection.</param>
internal sealed record StoredKey(
    string Kid, string Alg, int Generation, DateTimeOffset ActivatesAt, DateTimeOffset? RetiresAt, byte[] Protected)
{
    internal bool IsPublished(DateTimeOffset now) => RetiresAt is not { } end || now < end;
}

/// <summary>
/// Where the keys of one algorithm stand at a moment: one signs, one may be announced, older ones are still published. All
/// of that follows from the times in the rows; nothing has to happen for a key to begin or to stop.
/// </summary>
internal sealed record KeySchedule(StoredKey? Signing, StoredKey? Next, IReadOnlyList<StoredKey> Retired)
{
    /// <summary>What is due is done within a minute or so; after this long nobody does it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    internal static KeySchedule Of(string alg, IEnumerable<StoredKey> keys, DateTimeOffset now)
    {
        var published = keys.Where(key => key.Alg == alg && key.IsPublished(now)).OrderByDescending(key => key.Generation).ToList();
        var signing = published.Find(key => key.ActivatesAt <= now);
        return new KeySchedule(
            signing, published.Find(key => key.ActivatesAt > now),
            [.. published.Where(key => key.ActivatesAt <= now && key != signing)]);
    }

    /// <summary>When the next key is to be announced; nothing while one is.</summary>
    internal DateTimeOffset? AnnouncesAt(SigningKeyOptions options)
        => Next is null && Signing is not null ? Signing.ActivatesAt + options.RotateAfter - options.Announce : null;

    /// <summary>When the key that signs is, or should be, replaced.</summary>
    internal DateTimeOffset? RotatesAt(SigningKeyOptions options) => Next?.ActivatesAt ?? (Signing?.ActivatesAt + options.RotateAfter);

    /// <summary>Whether the next key is to be announced now.</summary>
    internal bool IsDue(SigningKeyOptions options, DateTimeOffset now) => AnnouncesAt(options) <= now;

    /// <summary>Whether that was due long ago: rotation is not running.</summary>
    internal bool IsOverdue(SigningKeyOptions options, DateTimeOffset now) => AnnouncesAt(options) + Patience < now;
}
