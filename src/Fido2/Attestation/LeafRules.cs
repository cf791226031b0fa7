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

    /// <summary>Refuses a certificate that does not name its model where nothing else does.</summary>
    internal static void CheckModel(byte[] leaf, ClaimedModel model, bool mustBeNamed)
    {
        // SECURITY: U2F does not sign the AAGUID (§8.6 step 5), so that a client could name any model of the same maker. One that
        // is there counts only if the certificate has it too.
        var isUnsigned = model.Format == "fido-u2f" && model.Aaguid != Guid.Empty;

        // §8.2.1 "If the related attestation root certificate is used for multiple authenticator models, the Extension OID
        // 1.3.6.1.4.1.45724.1.1.4 (id-fido-gen-ce-aaguid) MUST be present". Without it the batch key of one model, once it is
        // out, signs for all of them.
        var isShared = model.Format == "packed" && mustBeNamed;
        Require(
            !(isUnsigned || isShared) || CertificateExtensionRules.IsFor(leaf, model.Aaguid),
            WebAuthnError.TrustChain,
            isShared ? "The root is that of several models, and the certificate names none." : "Nothing that was signed names the model.");
    }
}
