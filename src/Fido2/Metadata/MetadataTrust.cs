namespace Moi.Identity.Fido2;

/// <summary>Whom a metadata BLOB is believed from. A fresh instance is the strictest and believes nobody.</summary>
public sealed record MetadataTrust
{
    /// <summary>SHA-256 of GlobalSign Root CA - R3, the root of the FIDO Alliance's signer; it is valid until 2029-03-18.</summary>
    public const string GlobalSignRootR3 = "cbb522d7b7f127ad6a0113865bdf1cd4102e7d0759af635a7cf4720dc963c53b";

    /// <summary>The roots, in DER. Those count whose thumbprint is one of <see cref="RootThumbprints"/>.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Roots { get; init; }

    /// <summary>SHA-256 of each root that counts, in lower-case hexadecimal.</summary>
    /// <remarks>SECURITY: whoever replaces the certificate's file does not become the root. Never pin an intermediate: the one
    /// of the first five years' BLOBs expired on 2026-09-21.</remarks>
    /// <value>Default <see cref="GlobalSignRootR3"/>.</value>
    public IReadOnlyList<string> RootThumbprints { get; init; } = [GlobalSignRootR3];

    /// <summary>Revocation lists of the root and of the intermediate.</summary>
    /// <value>Default none; then everything is refused unless <see cref="AllowMissingRevocationLists"/>.</value>
    public IReadOnlyList<CertificateRevocationList> RevocationLists { get; init; } = [];

    /// <summary>Accept a signer whom no current revocation list speaks about.</summary>
    /// <value>Default false. For networks that cannot reach the lists: a revoked signer then stays unnoticed.</value>
    public bool AllowMissingRevocationLists { get; init; }

    /// <summary>The CN that the signer's certificate must have.</summary>
    /// <value>Default <c>mds.fidoalliance.org</c>: the root has many customers.</value>
    public string SignerName { get; init; } = "mds.fidoalliance.org";

    /// <summary>How long after <c>nextUpdate</c> a BLOB still counts as new.</summary>
    /// <value>Default 7 days.</value>
    public TimeSpan Grace { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Accept a BLOB however long ago <c>nextUpdate</c> was: the one that was kept on disk, at a start.</summary>
    /// <value>Default false.</value>
    public bool AllowStale { get; init; }
}
