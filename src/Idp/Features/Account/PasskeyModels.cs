using Moi.Identity.Fido2;
using Moi.Identity.Idp.Data;

namespace Moi.Identity.Idp.Features.Account;

/// <summary>What a page says of a passkey's model. Keys name texts of the page.</summary>
/// <param name="Name">The model in the words of its maker; null where nobody vouches for it.</param>
/// <param name="CertificationKey">How well it is certified.</param>
/// <param name="PlaceKey">Where its keys live; null where that is not known.</param>
/// <param name="WarningKey">What is wrong with it; null for nothing.</param>
internal sealed record PasskeyModel(string? Name, string CertificationKey, string? PlaceKey, string? WarningKey);

/// <summary>Describes passkeys by the FIDO metadata in use and by what is stored with them.</summary>
internal sealed class PasskeyModels(MetadataStore metadata)
{
    /// <summary>FIDO Registry of Predefined Values §3.2, the best place first.</summary>
    private static readonly string[] Places = ["secure_element", "tee", "hardware", "software"];

    internal PasskeyModel Describe(Credential passkey)
    {
        var entry = passkey.AttestationTrusted && passkey.ModelStanding != nameof(ModelStanding.Unknown) ? Find(passkey) : null;
        return new PasskeyModel(
            entry?.Description,
            "Certification." + passkey.Certification,
            Places.FirstOrDefault(place => entry?.KeyProtection.Contains(place) == true) is { } known ? "Place." + known : null,
            IsAlarming(passkey) ? "Model." + passkey.ModelStanding : null);
    }

    /// <summary>Whether its owner should do something.</summary>
    internal static bool IsAlarming(Credential passkey)
        => passkey.ModelStanding is nameof(ModelStanding.Compromised) or nameof(ModelStanding.RootWithdrawn);

    private MetadataEntry? Find(Credential passkey)
        => metadata.Current is not { } snapshot ? null
            : snapshot.TryFind(passkey.Aaguid, out var model) ? model
            : passkey.AttestationKeyIdentifier is { } key && snapshot.TryFindKeyIdentifier(key, out model) ? model
            : null;
}
