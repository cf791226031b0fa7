using Moi.Identity.Fido2.Certificates;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests.Trust;

/// <summary>Validates paths at one moment.</summary>
internal static class PathChecks
{
    internal static readonly DateTimeOffset Now = new(2026, 8, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Why a path is refused; nothing if it is trusted.</summary>
    internal static WebAuthnError? Check(SoftCertificate[] certificates, SoftCertificate[] anchors, Func<PathRules, PathRules>? change = null)
    {
        try
        {
            Validate([.. certificates.Select(certificate => certificate.Der)], [.. anchors.Select(anchor => anchor.Der)], change);
            return null;
        }
        catch (WebAuthnException refusal)
        {
            return refusal.Error;
        }
    }

    internal static TrustedPath Validate(byte[][] certificates, byte[][] anchors, Func<PathRules, PathRules>? change = null)
    {
        var rules = new PathRules { Now = Now };
        return CertificatePath.Validate(certificates, [.. anchors.Select(anchor => new TrustAnchor(anchor))], change is null ? rules : change(rules));
    }
}
