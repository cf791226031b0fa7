using Moi.Identity.Fido2.Metadata;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Attestation;

/// <summary>What policy and metadata say about a model; §7.1 step 24 and FIDO Metadata Service v3 §3.2 step 8.</summary>
internal static class ModelRules
{
    /// <summary>Refuses unless the metadata statement says that the model makes such attestations and such keys.</summary>
    /// <returns>The attestation type, which the statement may know better than the format does.</returns>
    internal static AttestationType CheckAgreement(MetadataEntry entry, AttestationType type, CoseAlgorithm algorithm)
    {
        var types = entry.AttestationTypes.Select(MetadataWords.TypeOf).ToArray();
        var agreed = type;
        if (types.Length > 0 && !types.Contains(type))
        {
            // §8.2 "attestation type Basic, AttCA or uncertainty": packed cannot tell the two apart.
            Require(type == AttestationType.Basic && types.Contains(AttestationType.AttCA), WebAuthnError.TrustType, "Not an attestation of that model.");
            agreed = AttestationType.AttCA;
        }

        CheckAlgorithm(entry, algorithm);
        return agreed;
    }

    /// <summary>Refuses unless the metadata statement names the algorithm.</summary>
    internal static void CheckAlgorithm(MetadataEntry entry, CoseAlgorithm algorithm)
        => Require(
            entry.AuthenticationAlgorithms.Count == 0 || entry.AuthenticationAlgorithms.Any(word => MetadataWords.MayMean(word, algorithm)),
            WebAuthnError.TrustAlgorithm);

    /// <summary>Refuses a model with a status that the policy does not accept.</summary>
    /// <returns>What else became known.</returns>
    /// <remarks>The date of a bad report does not matter: what will be broken tomorrow is not wanted today.</remarks>
    internal static IReadOnlyList<string> CheckStatus(MetadataEntry entry, IReadOnlyCollection<string> certificates, RegistrationPolicy policy)
    {
        var remarks = new List<string>();
        foreach (var report in entry.StatusReports.Where(report => report.Concerns(certificates)))
        {
            Require(
                !report.IsBlocking || policy.AcceptedStatuses.Contains(report.Status, StringComparer.Ordinal), WebAuthnError.TrustStatus, report.Status);
            if (report.Status != AuthenticatorStatus.NotFidoCertified && AuthenticatorStatus.LevelOf(report.Status) is null)
            {
                remarks.Add($"Status {report.Status}.");
            }
        }

        return remarks;
    }

    /// <summary>Refuses a trusted attestation of a model that the policy does not want.</summary>
    internal static void CheckDemands(RegistrationPolicy policy, Guid aaguid, AttestationType type, MetadataEntry? entry, DateTimeOffset now)
    {
        Require(policy.AllowedAaguids.Count == 0 || policy.AllowedAaguids.Contains(aaguid), WebAuthnError.TrustAaguidDenied, "Not one of the models allowed.");
        Require(policy.AttestationTypes.Count == 0 || policy.AttestationTypes.Contains(type), WebAuthnError.TrustType, type.ToString());
        if (entry is null)
        {
            Require(policy.UnknownModels == UnknownModels.Accept, WebAuthnError.TrustNoMetadata);
            return;
        }

        var level = entry.CertificationAt(now);
        Require(level >= Lowest(policy.Certification), WebAuthnError.TrustLevel, level.ToString());
        Require(
            policy.KeyProtection.All(word => entry.KeyProtection.Contains(word, StringComparer.Ordinal)),
            WebAuthnError.TrustKeyProtection,
            string.Join(' ', entry.KeyProtection));
    }

    private static CertificationLevel Lowest(CertificationRequirement requirement) => requirement switch
    {
        CertificationRequirement.None => CertificationLevel.None,
        CertificationRequirement.Functional => CertificationLevel.Functional,
        CertificationRequirement.Level1 => CertificationLevel.Level1,
        CertificationRequirement.Level1Plus => CertificationLevel.Level1Plus,
        CertificationRequirement.Level2 => CertificationLevel.Level2,
        CertificationRequirement.Level2Plus => CertificationLevel.Level2Plus,
        CertificationRequirement.Level3 => CertificationLevel.Level3,
        _ => CertificationLevel.Level3Plus,
    };
}
