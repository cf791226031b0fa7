namespace Moi.Identity.Fido2;

/// <summary>How the metadata sees the model of a credential that was enrolled. Pure.</summary>
/// <param name="Standing">The verdict.</param>
/// <param name="Certification">How well the model is certified now.</param>
/// <param name="Statuses">Statuses that concern this credential and certify nothing, as they stand there.</param>
public sealed record ModelReview(ModelStanding Standing, CertificationLevel Certification, IReadOnlyList<string> Statuses)
{
    /// <summary>Looks a credential's model up.</summary>
    /// <param name="credential">The credential. Its AAGUID counts as it was enrolled, trusted or not.</param>
    /// <param name="snapshot">The metadata.</param>
    /// <param name="now">The time.</param>
    public static ModelReview Of(CredentialRecord credential, MetadataSnapshot snapshot, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(credential);
        ArgumentNullException.ThrowIfNull(snapshot);
        if (Find(credential, snapshot) is not { } entry)
        {
            return new ModelReview(ModelStanding.Unknown, CertificationLevel.None, []);
        }

        var certificates = CertificatesOf(credential, entry);
        var reports = entry.StatusReports.Where(report => report.Concerns(certificates)).ToArray();
        var standing = Array.Exists(reports, report => report.IsBlocking) ? ModelStanding.Compromised
            : credential.TrustAnchorThumbprint is { } root && !entry.RootThumbprints.Contains(root, StringComparer.Ordinal) ? ModelStanding.RootWithdrawn
            : ModelStanding.Good;
        return new ModelReview(
            standing,
            entry.CertificationAt(now),
            [.. reports.Select(report => report.Status).Where(status => AuthenticatorStatus.LevelOf(status) is null)]);
    }

    /// <summary>What a new snapshot changes for a credential.</summary>
    /// <param name="credential">The credential.</param>
    /// <param name="before">The metadata it was judged by last; null for none.</param>
    /// <param name="after">The metadata now.</param>
    /// <param name="now">The time.</param>
    public static ModelChange Compare(CredentialRecord credential, MetadataSnapshot? before, MetadataSnapshot after, DateTimeOffset now)
    {
        var current = Of(credential, after, now);
        var previous = before is null ? new ModelReview(ModelStanding.Unknown, credential.CertificationLevel, []) : Of(credential, before, now);
        return new ModelChange(
            previous,
            current,
            IsWorse: IsWorse(previous.Standing, current.Standing) || current.Certification < previous.Certification,
            NewStatuses: [.. current.Statuses.Except(previous.Statuses, StringComparer.Ordinal)]);
    }

    /// <summary>What is known of the certificates: thumbprints of path and anchor, and the keys of leaf and anchor.</summary>
    private static string[] CertificatesOf(CredentialRecord credential, MetadataEntry entry)
    {
        var anchor = credential.TrustAnchorThumbprint;
        var anchorsKey = anchor is null ? null : entry.Anchors.FirstOrDefault(root => root.Thumbprint == anchor)?.KeyIdentifier;
        string?[] certificates = [.. credential.TrustPathThumbprints, credential.AttestationKeyIdentifier, anchor, anchorsKey];
        return [.. certificates.OfType<string>()];
    }

    private static bool IsWorse(ModelStanding before, ModelStanding after) => after switch
    {
        ModelStanding.Compromised => before != ModelStanding.Compromised,
        ModelStanding.RootWithdrawn => before is ModelStanding.Good or ModelStanding.Unknown,
        ModelStanding.Unknown => before != ModelStanding.Unknown,
        _ => false,
    };

    private static MetadataEntry? Find(CredentialRecord credential, MetadataSnapshot snapshot)
    {
        if (credential.Aaguid != Guid.Empty)
        {
            return snapshot.TryFind(credential.Aaguid, out var byAaguid) ? byAaguid : null;
        }

        return credential.AttestationKeyIdentifier is { } key && snapshot.TryFindKeyIdentifier(key, out var byKey) ? byKey : null;
    }
}

/// <summary>How a model stands.</summary>
public enum ModelStanding
{
    /// <summary>The metadata does not know the model.</summary>
    Unknown = 0,

    /// <summary>Nothing speaks against it.</summary>
    Good,

    /// <summary>The metadata no longer has the anchor that vouched for the credential.</summary>
    RootWithdrawn,

    /// <summary>A status that blocks registrations concerns it.</summary>
    Compromised,
}

/// <summary>What a new snapshot changed for a credential.</summary>
/// <param name="Before">How its model was seen.</param>
/// <param name="After">How it is seen now.</param>
/// <param name="IsWorse">Whether somebody should look at it: a worse standing or a lower certification.</param>
/// <param name="NewStatuses">Statuses that were not there before.</param>
public sealed record ModelChange(ModelReview Before, ModelReview After, bool IsWorse, IReadOnlyList<string> NewStatuses)
{
    /// <summary>Whether anything changed.</summary>
    public bool HasChanged => Before.Standing != After.Standing || Before.Certification != After.Certification || NewStatuses.Count > 0;
}
