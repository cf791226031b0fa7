using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Moi.Identity.Fido2.Attestation;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Fuzz.Targets;

/// <summary>An attestation certificate, and every rule that a statement format has for its names and extensions.</summary>
internal sealed class CertificateTarget : FuzzTarget
{
    private static readonly Guid Aaguid = new SoftAuthenticator().Aaguid;

    internal override string Name => "attestation-certificate";

    internal override IReadOnlyList<Type> Parsers =>
        [typeof(AttestationCertificate), typeof(PackedCertificateRules), typeof(TpmCertificateRules), typeof(CertificateExtensionRules), typeof(SubjectPublicKey)];

    internal override int QuickChanges => 400;

    internal override IReadOnlyList<byte[]> Words => DerWords.Certificates;

    internal override bool Run(byte[] input)
    {
        if (Parse(input) is not { } certificate)
        {
            return false;
        }

        if (input.Length < LongestInput)
        {
            Invariant.IsWhole(input, other => Parse(other) is not null);
        }

        CompareWithPlatform(input, certificate);
        Refusable(() => PackedCertificateRules.Check(certificate, Aaguid, isEnterpriseRequested: true));
        Refusable(() => TpmCertificateRules.Check(certificate, Aaguid, EngineMode.Specification, allowUnknownManufacturers: false));
        Refusable(() => CertificateExtensionRules.CheckAaguid(certificate, Aaguid));
        Refusable(() => CertificateExtensionRules.CheckEndEntity(certificate));
        AttestationCertificate.CheckRest([[], input]);
        foreach (var extension in certificate.Extensions)
        {
            Refusable(() => CertificateExtensionRules.ReadOctetString(extension));
        }

        certificate.HasHostName("attest.android.com");
        foreach (var algorithm in new[] { CoseAlgorithm.ES256, CoseAlgorithm.ES384, CoseAlgorithm.RS256, CoseAlgorithm.EdDSA, CoseAlgorithm.Ed448, CoseAlgorithm.MLDsa44 })
        {
            Refusable(() => certificate.TryGetKey((int)algorithm, EngineMode.Specification, out _));
        }

        return true;
    }

    private static AttestationCertificate? Parse(byte[] der)
    {
        try
        {
            return AttestationCertificate.Parse(der);
        }
        catch (WebAuthnException refusal)
        {
            Invariant.Holds(refusal.Error == WebAuthnError.CertificateParse, "A certificate is refused with a code that is not about it.");
            return null;
        }
    }

    /// <summary>Where the platform reads it too, it reads the same.</summary>
    private static void CompareWithPlatform(byte[] der, AttestationCertificate certificate)
    {
        try
        {
            using var platform = X509CertificateLoader.LoadCertificate(der);
            Invariant.Holds(platform.Version == certificate.Version, "The version is another.");
            var theirs = platform.Extensions.Select(extension => (extension.Oid?.Value, extension.Critical, Convert.ToHexString(extension.RawData)));
            var ours = certificate.Extensions.Select(extension => ((string?)extension.Oid, extension.IsCritical, Convert.ToHexString(extension.Value.Span)));
            Invariant.Holds(ours.SequenceEqual(theirs), "The extensions are others.");
        }
        catch (CryptographicException)
        {
            // The platform refuses, some of it only when a member is read: stricter in one point, looser in others.
        }
    }

    private static void Refusable(Action check)
    {
        try
        {
            check();
        }
        catch (WebAuthnException)
        {
            // A rule that is broken, which is what a rule is for.
        }
    }

    internal override IEnumerable<(string Name, byte[] Input)> MakeSeeds() => Seeding.SoftCertificates.All();
}
