using Moi.Identity.Fido2.Certificates;

namespace Moi.Identity.Fido2.Attestation;

/// <summary>What an attestation certificate must say beside its path to an anchor, so that the anchor vouches for that very model;
/// §7.1 step 24.</summary>
internal static class LeafRules
{
    /// <summary>What certificates of a format are for, where the format has a purpose (§8.3.1; §8.5's are those of a server).</summary>
    internal static IReadOnlyList<string> Purposes(string format) => format switch
    {
        "tpm" => [ExtendedKeyUsage.AikCertificate],
        "android-safetynet" => [ExtendedKeyUsage.ServerAuthentication],
        _ => [],
    };
}
