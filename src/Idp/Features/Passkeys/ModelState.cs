using Moi.Identity.Fido2;
using Moi.Identity.Idp.Data;

namespace Moi.Identity.Idp.Features.Passkeys;

/// <summary>What the FIDO metadata say of a passkey's model, as it is stored with the passkey.</summary>
/// <param name="Standing">Whether anything speaks against the model.</param>
/// <param name="Certification">How well it is certified; nothing where nobody vouches that it is this model.</param>
/// <param name="Statuses">Statuses that certify nothing, in the words of the metadata, separated by commas.</param>
internal sealed record ModelState(ModelStanding Standing, CertificationLevel Certification, string Statuses)
{
    /// <summary>Longer lists are cut; there are fewer than twenty statuses.</summary>
    internal const int LongestStatuses = 500;

    private static readonly ModelState Nothing = new(ModelStanding.Unknown, CertificationLevel.None, "");

    /// <summary>Looks the model up.</summary>
    internal static ModelState Of(CredentialRecord record, MetadataSnapshot? metadata, DateTimeOffset now)
    {
        if (metadata is null)
        {
            return Nothing;
        }

        var review = ModelReview.Of(record, metadata, now);
        var statuses = string.Join(',', review.Statuses.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        return new ModelState(
            review.Standing,
            record.IsAttestationTrusted ? review.Certification : CertificationLevel.None,
            statuses.Length <= LongestStatuses ? statuses : statuses[..LongestStatuses]);
    }

    /// <summary>What an authenticator is worth today: the one place that decides its class.</summary>
    internal static AuthenticatorClass ClassOf(
        bool isBackupEligible, bool isTrusted, ModelStanding standing, CertificationLevel certification, AssuranceOptions options)
        => isBackupEligible ? AuthenticatorClass.Any
            : isTrusted && standing == ModelStanding.Good && certification >= options.LowestCertification ? AuthenticatorClass.Attested
            : AuthenticatorClass.DeviceBound;
}
