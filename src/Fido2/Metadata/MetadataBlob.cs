using Moi.Identity.Fido2.Certificates;
using Moi.Identity.Fido2.Metadata;
using static Moi.Identity.Fido2.MetadataException;

namespace Moi.Identity.Fido2;

/// <summary>Reads the BLOB of the FIDO Metadata Service; v3 §3.2, "Metadata BLOB object processing rules".</summary>
/// <remarks>Pure: the BLOB and the revocation lists are bytes that the caller downloaded or read from a file.</remarks>
public static class MetadataBlob
{
    /// <summary>The longest BLOB that is read, in bytes. Those of 2023 have 3 MB.</summary>
    public const int LongestInBytes = 16 * 1024 * 1024;

    private const string CommonName = "2.5.4.3";

    /// <summary>Verifies a BLOB and indexes it.</summary>
    /// <param name="blob">The BLOB, a JWS in compact form.</param>
    /// <param name="trust">Whom it is believed from.</param>
    /// <param name="now">The time.</param>
    /// <returns>The snapshot, or why there is none. Nothing that was received makes this throw.</returns>
    /// <remarks>Whether it is newer than another one is decided by <see cref="MetadataStore"/>.</remarks>
    public static MetadataReading Read(ReadOnlyMemory<byte> blob, MetadataTrust trust, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(trust);
        try
        {
            return new MetadataReading(Run(blob.Span, trust, now));
        }
        catch (MetadataException refusal)
        {
            return new MetadataReading(refusal.Failure);
        }
    }

    private static MetadataSnapshot Run(ReadOnlySpan<byte> blob, MetadataTrust trust, DateTimeOffset now)
    {
        // 1-3. Root, revocation lists and BLOB are there: the caller's.
        Require(blob.Length <= LongestInBytes, MetadataError.TooLarge);
        var jws = CompactJws.Read(blob);

        // 4. A chain at the address x5u is not fetched: nothing is fetched here.
        // 5. The chain stands in x5c; it leads to the pinned root, and none of it is revoked. It comes before the signature, so
        //    that nothing of a stranger is worked on.
        var signer = CheckSigner(jws.Certificates, trust, now);

        // 6. The signature verifies with that chain. That "no" is above the last one's is decided by MetadataStore.
        jws.Verify(signer);

        // 7-8. The entries are indexed; keeping the verified BLOB is the caller's.
        var snapshot = BlobReader.Read(jws.Payload, blob);
        Require(trust.AllowStale || !snapshot.IsStale(now, trust.Grace), MetadataError.Stale, $"nextUpdate was {snapshot.NextUpdate:yyyy-MM-dd}.");
        return snapshot;
    }

    private static PathCertificate CheckSigner(byte[][] certificates, MetadataTrust trust, DateTimeOffset now)
    {
        try
        {
            var signer = PathCertificate.Parse(certificates[0]);
            var anchors = trust.Roots.Select(root => new TrustAnchor(root)).Where(root => trust.RootThumbprints.Contains(root.Thumbprint, StringComparer.Ordinal));
            CertificatePath.Validate(certificates, [.. anchors], new PathRules
            {
                Now = now,
                RevocationLists = trust.RevocationLists,
                RequiresRevocationLists = !trust.AllowMissingRevocationLists,
                Purposes = [ExtendedKeyUsage.ServerAuthentication],
            });

            // SECURITY: the root certifies a large part of the web. Exactly one name, so that none hides behind another.
            var names = signer.SubjectValues(CommonName).ToArray();
            Require(names.Length == 1 && names[0] == trust.SignerName, MetadataError.SignerName);
            return signer;
        }
        catch (WebAuthnException refusal)
        {
            throw new MetadataException(
                refusal.Error switch
                {
                    WebAuthnError.TrustExpired => MetadataError.SignerExpired,
                    WebAuthnError.TrustRevoked => MetadataError.SignerRevoked,
                    WebAuthnError.CertificateParse => MetadataError.Certificates,
                    _ => MetadataError.SignerUntrusted,
                },
                refusal.Message);
        }
    }
}
