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

    /// <summary>SHA-1 of the public key of each of these certificates that can be read, in lower-case hexadecimal (RFC 5280 §4.2.1.2,
    /// method 1).</summary>
    /// <remarks>SECURITY: an ECDSA signature has a twin, (r, n - s). Whoever holds the key of a certificate that is reported can
    /// send it with the twin of its issuer's signature, under another thumbprint; the key stays.</remarks>
    public IReadOnlyList<string> CertificateKeyIdentifiers { get; init; } = [];

    /// <summary>Where to read more; a claim of the metadata, not to be followed by a server.</summary>
    public string? Url { get; init; }

    /// <summary>Whether it blocks by default.</summary>
    public bool IsBlocking => AuthenticatorStatus.Blocking.Contains(Status, StringComparer.Ordinal);

    /// <summary>Whether it is about an authenticator with these certificates, each by its thumbprint, its key identifier or both.</summary>
    internal bool Concerns(IReadOnlyCollection<string> certificates)
        => CertificateThumbprints.Count == 0
            || CertificateThumbprints.Concat(CertificateKeyIdentifiers).Any(mark => certificates.Contains(mark, StringComparer.Ordinal));
}
