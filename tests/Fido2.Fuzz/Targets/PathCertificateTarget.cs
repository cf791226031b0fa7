using Moi.Identity.Fido2.Certificates;

namespace Moi.Identity.Fido2.Fuzz.Targets;

/// <summary>A certificate as path validation reads it.</summary>
internal sealed class PathCertificateTarget : FuzzTarget
{
    internal override string Name => "path-certificate";

    internal override IReadOnlyList<Type> Parsers => [typeof(PathCertificate), typeof(SignedStructure), typeof(TrustAnchor)];

    internal override IReadOnlyList<byte[]> Words => DerWords.Certificates;

    internal override bool Run(byte[] input)
    {
        var anchor = new TrustAnchor(input);
        if (Parse(input) is not { } certificate)
        {
            Invariant.Holds(anchor.Certificate is null, "An anchor of bytes that are no certificate.");
            return false;
        }

        Invariant.Same(certificate.Der.Span, input, "The certificate is another.");
        Invariant.IsWhole(input, other => Parse(other) is not null);
        Invariant.Holds(certificate.KeyIdentifier().Length == 40, "A key identifier that is no SHA-1.");
        Invariant.Holds(certificate.IsSelfIssued == DistinguishedName.AreEqual(certificate.Subject, certificate.Issuer), "IsSelfIssued");
        Invariant.Holds(certificate.Constraints?.PathLength is null or >= 0, "A path length below zero.");
        Invariant.Holds(certificate.Usage is not null || (certificate.MaySignCertificates && certificate.MaySignRevocationLists), "No usage allows less than any.");
        Invariant.Holds(certificate.SubjectValues("2.5.4.3").All(value => value.Length <= input.Length), "A name is longer than the certificate.");
        CheckAnchor(input, certificate, anchor);
        return true;
    }

    /// <summary>What the caller trusts is trusted from the first moment of its validity to the last.</summary>
    private static void CheckAnchor(byte[] der, PathCertificate certificate, TrustAnchor anchor)
    {
        if (certificate.NotBefore <= certificate.NotAfter)
        {
            var trusted = CertificatePath.Validate([der], [anchor], new PathRules { Now = certificate.NotAfter });
            Invariant.Holds(ReferenceEquals(trusted.Anchor, anchor) && !trusted.HasSurplus, "The anchor is another.");
        }
    }

    private static PathCertificate? Parse(byte[] der)
    {
        try
        {
            return PathCertificate.Parse(der);
        }
        catch (WebAuthnException refusal)
        {
            Invariant.Holds(refusal.Error == WebAuthnError.CertificateParse, "A certificate is refused with a code that is not about it.");
            return null;
        }
    }

    internal override IEnumerable<(string Name, byte[] Input)> MakeSeeds() => Seeding.SoftCertificates.All();
}
