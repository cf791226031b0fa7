using Moi.Identity.Fido2.Certificates;
using static Moi.Identity.Fido2.WebAuthnException;

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

    /// <summary>Refuses a certificate of the public web, mail or code that a root of the metadata issued too.</summary>
    /// <remarks>SECURITY: anchors of an entry count for every format, and the metadata have an entry with 39 public roots, for
    /// android-safetynet. An OU in a bought certificate is all that packed asks for otherwise.</remarks>
    internal static void CheckPurpose(TrustedPath path, string format)
        => Require(
            format is "tpm" or "android-safetynet" || path.IsAnchor || !ExtendedKeyUsage.IsPublic(path.Leaf.Purposes),
            WebAuthnError.TrustChain,
            "A certificate for the web, mail, code or documents.");
}
