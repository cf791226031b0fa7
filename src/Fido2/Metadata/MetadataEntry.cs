using Moi.Identity.Fido2.Certificates;

namespace Moi.Identity.Fido2;

/// <summary>What the metadata says about one model of authenticator. Immutable.</summary>
public sealed class MetadataEntry
{
    internal MetadataEntry(IReadOnlyList<TrustAnchor> anchors, IReadOnlyList<MetadataStatusReport> statusReports)
        => (Anchors, StatusReports) = (anchors, statusReports);

    /// <summary>The model of a FIDO2 authenticator; null for others.</summary>
    public Guid? Aaguid { get; internal init; }

    /// <summary>The model of a UAF authenticator; null for others.</summary>
    public string? Aaid { get; internal init; }

    /// <summary>The keys of the attestation certificates of a U2F authenticator: SHA-1 of each, in lower-case hexadecimal.</summary>
    public IReadOnlyList<string> KeyIdentifiers { get; internal init; } = [];

    /// <summary>The name of the model, in English.</summary>
    public string Description { get; internal init; } = "";

    /// <summary><c>fido2</c>, <c>u2f</c> or <c>uaf</c>.</summary>
    public string ProtocolFamily { get; internal init; } = "";

    /// <summary>Algorithms of its credentials, in the words of the FIDO Registry of Predefined Values §3.6.1.</summary>
    public IReadOnlyList<string> AuthenticationAlgorithms { get; internal init; } = [];

    /// <summary>Attestation types in the words of that registry: <c>basic_full</c>, <c>basic_surrogate</c>, <c>attca</c> and more.</summary>
    public IReadOnlyList<string> AttestationTypes { get; internal init; } = [];

    /// <summary>How its keys are protected, in the words of that registry: <c>hardware</c>, <c>secure_element</c>, <c>tee</c> and more.</summary>
    public IReadOnlyList<string> KeyProtection { get; internal init; } = [];

    /// <summary>What became known about it, as it stands there.</summary>
    public IReadOnlyList<MetadataStatusReport> StatusReports { get; }

    /// <summary>When the status changed last.</summary>
    public DateOnly? TimeOfLastStatusChange { get; internal init; }

    /// <summary>Where the list of rogue authenticators is; only ECDAA, which WebAuthn no longer has, could use it.</summary>
    public string? RogueListUrl { get; internal init; }

    /// <summary>The hash of that list.</summary>
    public string? RogueListHash { get; internal init; }

    /// <summary>SHA-256 of each attestation root, in lower-case hexadecimal.</summary>
    public IEnumerable<string> RootThumbprints => Anchors.Select(anchor => anchor.Thumbprint);

    internal IReadOnlyList<TrustAnchor> Anchors { get; }

    /// <summary>The highest level it is certified at on that day.</summary>
    /// <remarks>Reports of the future do not count yet. <c>NOT_FIDO_CERTIFIED</c> takes back what came before it.</remarks>
    /// <param name="now">The day.</param>
    public CertificationLevel CertificationAt(DateTimeOffset now)
    {
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var level = CertificationLevel.None;
        foreach (var report in StatusReports.Where(report => (report.EffectiveDate ?? DateOnly.MinValue) <= today).OrderBy(report => report.EffectiveDate ?? DateOnly.MinValue))
        {
            if (report.Status == AuthenticatorStatus.NotFidoCertified)
            {
                level = CertificationLevel.None;
            }
            else if (AuthenticatorStatus.LevelOf(report.Status) is { } certified && certified > level)
            {
                level = certified;
            }
        }

        return level;
    }
}
