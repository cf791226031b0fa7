using Moi.Identity.Fido2.Attestation;
using Moi.Identity.Fido2.Certificates;

namespace Moi.Identity.Fido2;

/// <summary>A root that the operator trusts for attestation, beside those of the metadata.</summary>
/// <param name="Certificate">The certificate in DER.</param>
public sealed record AttestationRoot(ReadOnlyMemory<byte> Certificate)
{
    /// <summary>The statement formats it counts for, such as <c>apple</c>. Each statement of a <c>compound</c> attestation has its
    /// own (§8.9).</summary>
    /// <value>Default empty: every format.</value>
    public IReadOnlyList<string> Formats { get; init; } = [];

    /// <summary>The models it counts for.</summary>
    /// <value>Default empty: every model that the metadata does not know.</value>
    public IReadOnlyList<Guid> Aaguids { get; init; } = [];
}

/// <summary>Where trust anchors come from: the metadata, and roots of the operator (§7.1 step 23). Thread-safe.</summary>
/// <remarks>
/// What the metadata knows a model by is all that counts for it: its own roots, and no root of the operator. So a root that
/// was added for one maker cannot vouch for another's model. Nothing is fetched here; the store is filled by the caller.
/// </remarks>
public sealed class AttestationTrustSource
{
    private readonly MetadataStore? _metadata;
    private readonly (AttestationRoot Root, TrustAnchor Anchor)[] _roots;
    private volatile IReadOnlyList<CertificateRevocationList> _revocationLists = [];

    /// <summary>Makes a source.</summary>
    /// <param name="metadata">The metadata; null for none.</param>
    /// <param name="roots">Roots of the operator.</param>
    /// <exception cref="ArgumentException">A root is no certificate.</exception>
    public AttestationTrustSource(MetadataStore? metadata = null, IEnumerable<AttestationRoot>? roots = null)
    {
        _metadata = metadata;
        _roots = [.. (roots ?? []).Select(root => (root, new TrustAnchor(root.Certificate)))];
        if (Array.Exists(_roots, root => root.Anchor.Certificate is null))
        {
            throw new ArgumentException("A root is not a certificate in DER.", nameof(roots));
        }
    }

    /// <summary>A source without any anchor: no attestation is trusted.</summary>
    public static AttestationTrustSource None { get; } = new();

    /// <summary>Revocation lists of attestation authorities. A certificate that one of them names is not trusted; one that none
    /// speaks about is, for few makers publish lists.</summary>
    /// <value>Default none. May be replaced at any time; a registration that is under way goes on with those it began with.</value>
    public IReadOnlyList<CertificateRevocationList> RevocationLists
    {
        get => _revocationLists;
        set => _revocationLists = value ?? [];
    }

    /// <summary>The snapshot in use. It is read once for each registration, into its <see cref="TrustContext"/>.</summary>
    internal MetadataSnapshot? Metadata => _metadata?.Current;

    /// <summary>The operator's anchors for a model that the metadata does not know.</summary>
    internal IReadOnlyList<TrustAnchor> AnchorsFor(string format, Guid aaguid) =>
    [
        .. _roots
            .Where(item => item.Root.Formats.Count == 0 || item.Root.Formats.Contains(format, StringComparer.Ordinal))
            .Where(item => item.Root.Aaguids.Count == 0 || item.Root.Aaguids.Contains(aaguid))
            .Select(item => item.Anchor),
    ];
}
