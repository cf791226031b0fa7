using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Moi.Identity.Fido2.Certificates;

namespace Moi.Identity.Fido2;

/// <summary>One verified BLOB of the FIDO Metadata Service. Immutable; each lookup takes constant time.</summary>
public sealed class MetadataSnapshot
{
    private readonly FrozenDictionary<Guid, MetadataEntry> _byAaguid;
    private readonly FrozenDictionary<string, MetadataEntry> _byAaid;
    private readonly FrozenDictionary<string, MetadataEntry> _byKeyIdentifier;
    private readonly FrozenSet<string> _rootsOfSeveralModels;

    internal MetadataSnapshot(IReadOnlyList<MetadataEntry> entries)
    {
        Entries = entries;
        _byAaguid = entries.Where(entry => entry.Aaguid is not null).ToFrozenDictionary(entry => entry.Aaguid!.Value);
        _byAaid = entries.Where(entry => entry.Aaid is not null).ToFrozenDictionary(entry => entry.Aaid!, StringComparer.OrdinalIgnoreCase);
        _byKeyIdentifier = entries
            .SelectMany(entry => entry.KeyIdentifiers.Select(identifier => (Identifier: identifier, Entry: entry)))
            .ToFrozenDictionary(pair => pair.Identifier, pair => pair.Entry, StringComparer.Ordinal);

        // SECURITY: models of U2F and UAF count too. A batch key of theirs would sign for the FIDO2 model under the same root.
        _rootsOfSeveralModels = entries
            .SelectMany(entry => entry.Anchors.Select(anchor => anchor.KeyIdentifier).OfType<string>().Distinct(StringComparer.Ordinal))
            .CountBy(key => key, StringComparer.Ordinal)
            .Where(key => key.Value > 1)
            .Select(key => key.Key)
            .ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary><c>no</c>: it grows with every BLOB.</summary>
    public required long Number { get; init; }

    /// <summary><c>nextUpdate</c>: the day on which the next BLOB is there at the latest.</summary>
    public required DateOnly NextUpdate { get; init; }

    /// <summary>The terms of use.</summary>
    public required string LegalHeader { get; init; }

    /// <summary>SHA-256 of the whole BLOB, in lower-case hexadecimal.</summary>
    public required string Digest { get; init; }

    /// <summary>What could not be read and was left out, one line each. Such a model has no entry, or such a root no effect.</summary>
    public IReadOnlyList<string> Omissions { get; init; } = [];

    /// <summary>All models.</summary>
    public IReadOnlyList<MetadataEntry> Entries { get; }

    /// <summary>The model of a FIDO2 authenticator.</summary>
    /// <param name="aaguid">Its AAGUID.</param>
    /// <param name="entry">What is known of it.</param>
    public bool TryFind(Guid aaguid, [NotNullWhen(true)] out MetadataEntry? entry) => _byAaguid.TryGetValue(aaguid, out entry);

    /// <summary>The model of a UAF authenticator.</summary>
    /// <param name="aaid">Its AAID, such as <c>4e4e#4005</c>.</param>
    /// <param name="entry">What is known of it.</param>
    public bool TryFindAaid(string aaid, [NotNullWhen(true)] out MetadataEntry? entry) => _byAaid.TryGetValue(aaid, out entry);

    /// <summary>The model of a U2F authenticator.</summary>
    /// <param name="keyIdentifier">SHA-1 of its attestation certificate's public key, in lower-case hexadecimal (RFC 5280 §4.2.1.2, method 1).</param>
    /// <param name="entry">What is known of it.</param>
    public bool TryFindKeyIdentifier(string keyIdentifier, [NotNullWhen(true)] out MetadataEntry? entry)
        => _byKeyIdentifier.TryGetValue(keyIdentifier, out entry);

    /// <summary>Whether the root is that of two or more models, of whatever protocol. One that was issued anew is the same root: its key is.</summary>
    internal bool HasSeveralModels(TrustAnchor anchor) => anchor.KeyIdentifier is { } key && _rootsOfSeveralModels.Contains(key);

    /// <summary>Whether the next BLOB should have been there: the whole day of <c>nextUpdate</c> and the grace are over.</summary>
    /// <param name="now">The time.</param>
    /// <param name="grace">How much longer it may take.</param>
    /// <remarks>Reckoned from the difference of two times: the last day of the calendar has no next one.</remarks>
    public bool IsStale(DateTimeOffset now, TimeSpan grace)
        => now - new DateTimeOffset(NextUpdate, TimeOnly.MinValue, TimeSpan.Zero) - TimeSpan.FromDays(1) >= grace;
}
