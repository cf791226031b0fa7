namespace Moi.Identity.Fido2;

/// <summary>Something that became known about a model; FIDO Metadata Service v3 §3.1.3.</summary>
public sealed record MetadataStatusReport
{
    /// <summary>The status as it stands there; see <see cref="AuthenticatorStatus"/>. Unknown ones are kept.</summary>
    public required string Status { get; init; }

    /// <summary>From when on it holds; null if it does not say, which is always.</summary>
    public DateOnly? EffectiveDate { get; init; }

    /// <summary>SHA-256 of the certificates it is about, in lower-case hexadecimal; empty if it is about the whole model.</summary>
    public IReadOnlyList<string> CertificateThumbprints { get; init; } = [];

    /// <summary>Where to read more; a claim of the metadata, not to be followed by a server.</summary>
    public string? Url { get; init; }

    /// <summary>Whether it blocks by default.</summary>
    public bool IsBlocking => AuthenticatorStatus.Blocking.Contains(Status, StringComparer.Ordinal);

    /// <summary>Whether it is about an authenticator with these certificates.</summary>
    internal bool Concerns(IEnumerable<string> thumbprints)
        => CertificateThumbprints.Count == 0 || CertificateThumbprints.Intersect(thumbprints, StringComparer.Ordinal).Any();
}
