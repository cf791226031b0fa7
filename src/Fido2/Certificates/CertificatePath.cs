using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Certificates;

/// <summary>What a path is judged by.</summary>
internal sealed record PathRules
{
    /// <summary>When the certificates must be valid.</summary>
    internal required DateTimeOffset Now { get; init; }

    /// <summary>Lists that are consulted.</summary>
    internal IReadOnlyList<CertificateRevocationList> RevocationLists { get; init; } = [];

    /// <summary>Whether a certificate that no current list speaks about is refused.</summary>
    internal bool RequiresRevocationLists { get; init; }

    /// <summary>Whether certificates that the path does not need, and the anchor itself, may be there.</summary>
    internal bool AllowsSurplus { get; init; } = true;

    /// <summary>What the certificates are used for: one that limits itself critically to other purposes is refused.</summary>
    internal IReadOnlyList<string> Purposes { get; init; } = [];

    /// <summary>Whether SHA-1 signatures count.</summary>
    internal bool AllowsSha1 { get; init; }
}

/// <summary>A path that is valid: its leaf, the anchor it leads to, and whether the sender sent more than the path.</summary>
internal sealed record TrustedPath(PathCertificate Leaf, TrustAnchor Anchor, bool HasSurplus)
{
    /// <summary>Whether the leaf is the anchor itself, and no certificate that somebody issued by it.</summary>
    internal bool IsAnchor => Leaf.Der.Span.SequenceEqual(Anchor.Der.Span);
}

/// <summary>
/// Path validation: RFC 5280 §6.1 for a list of certificates that is in order, the leaf first, as x5c of WebAuthn and of
/// RFC 7515 is.
/// </summary>
/// <remarks>
/// SECURITY: anchors are the caller's, found by their bytes; no certificate of the sender ever becomes one
/// (GHSA-6hxq-p678-4hr2). The platform's X509Chain is not used: it looks for certificates and lists in the stores of the
/// machine and the user, and takes the sender's certificates in any order. A test compares the two.
/// </remarks>
internal static class CertificatePath
{
    /// <summary>Extensions whose meaning is checked here or by the statement format. Policies are accepted whatever they are,
    /// which is RFC 5280's initial any-policy; the names of a leaf are the format's business.</summary>
    private static readonly string[] UnderstoodExtensions =
        ["2.5.29.19" /* basicConstraints */, "2.5.29.15" /* keyUsage */, "2.5.29.37" /* extKeyUsage */, "2.5.29.17" /* subjectAltName */, "2.5.29.32" /* certificatePolicies */];

    private const string NameConstraints = "2.5.29.30";

    /// <summary>Validates, or refuses.</summary>
    internal static TrustedPath Validate(IReadOnlyList<byte[]> certificates, IReadOnlyList<TrustAnchor> anchors, PathRules rules)
    {
        Require(certificates.Count > 0 && anchors.Count > 0, WebAuthnError.TrustNoAnchor);

        // The attestation certificate "is itself an acceptable certificate (i.e., it and the root certificate … may be the same)" (§7.1 step 24).
        var leaf = PathCertificate.Parse(certificates[0]);
        if (Find(anchors, certificates[0]) is { } same)
        {
            CheckValidity(leaf, rules.Now);
            Require(rules.AllowsSurplus || certificates.Count == 1, WebAuthnError.TrustChain, "Certificates follow the anchor.");
            return new TrustedPath(leaf, same, certificates.Count > 1);
        }

        var path = new List<PathCertificate> { leaf };
        while (true)
        {
            var last = path[^1];
            CheckCertificate(last, path.Count - 1, path, rules);
            if (FindIssuer(last, anchors, rules) is { Certificate: { } root } anchor)
            {
                Require(leaf.MaySign, WebAuthnError.TrustChain, "The key of the leaf is not for signatures.");
                CheckAuthority(root, path, isAnchor: true);
                CheckValidity(root, rules.Now);
                CheckRevocation(path, root, rules);
                var hasSurplus = certificates.Count > path.Count;
                Require(rules.AllowsSurplus || !hasSurplus, WebAuthnError.TrustChain, "Certificates follow the path.");
                return new TrustedPath(leaf, anchor, hasSurplus);
            }

            Require(path.Count < certificates.Count, WebAuthnError.TrustNoAnchor);
            var issuer = PathCertificate.Parse(certificates[path.Count]);
            Require(IsIssuedBy(last, issuer, rules), WebAuthnError.TrustChain, "A certificate was not issued by the one after it.");
            CheckAuthority(issuer, path, isAnchor: false);
            path.Add(issuer);
        }
    }

    private static TrustAnchor? Find(IReadOnlyList<TrustAnchor> anchors, byte[] der)
        => anchors.FirstOrDefault(anchor => anchor.Der.Span.SequenceEqual(der));

    /// <summary>The anchor that issued a certificate. A root that was issued anew has the key and the name of the old one: the
    /// valid one counts.</summary>
    private static TrustAnchor? FindIssuer(PathCertificate certificate, IReadOnlyList<TrustAnchor> anchors, PathRules rules)
    {
        TrustAnchor? found = null;
        foreach (var anchor in anchors)
        {
            if (anchor.Certificate is { } root && IsIssuedBy(certificate, root, rules))
            {
                found = anchor;
                if (IsValid(root, rules.Now))
                {
                    break;
                }
            }
        }

        return found;
    }

    private static bool IsIssuedBy(PathCertificate certificate, PathCertificate issuer, PathRules rules)
        => !DistinguishedName.IsEmpty(certificate.Issuer.Span)
            && DistinguishedName.AreEqual(certificate.Issuer, issuer.Subject)
            && certificate.IsSignedBy(issuer, rules.AllowsSha1);

    private static void CheckCertificate(PathCertificate certificate, int position, List<PathCertificate> path, PathRules rules)
    {
        CheckValidity(certificate, rules.Now);
        foreach (var extension in certificate.Extensions)
        {
            // "A certificate-using system MUST reject the certificate if it encounters a critical extension it does not
            //  recognize" (§4.2). Name constraints bind whether or not they say that they are critical.
            Require(
                !extension.IsCritical || Array.IndexOf(UnderstoodExtensions, extension.Oid) >= 0,
                WebAuthnError.TrustChain,
                $"Critical extension {extension.Oid} in certificate {position} of {path.Count}.");
            Require(extension.Oid != NameConstraints, WebAuthnError.TrustChain, "Name constraints.");

            // "If the extension is present, then the certificate MUST only be used for one of the purposes indicated" (§4.2.1.12),
            // of which there is at least one. Makers and public authorities alike write them without that intent: critical ones bind.
            Require(
                extension.Oid != ExtendedKeyUsage.Oid || IsFor(certificate.Purposes!, extension.IsCritical, rules.Purposes),
                WebAuthnError.TrustChain,
                $"Certificate {position} is for other purposes.");
        }
    }

    private static bool IsFor(IReadOnlyList<string> purposes, bool isCritical, IReadOnlyList<string> wanted)
        => purposes.Count > 0 && (!isCritical || purposes.Any(purpose => purpose == ExtendedKeyUsage.Any || wanted.Contains(purpose, StringComparer.Ordinal)));

    /// <summary>Whether a certificate may issue the last one of the path.</summary>
    private static void CheckAuthority(PathCertificate issuer, List<PathCertificate> path, bool isAnchor)
    {
        // Roots of version 1 have no extensions to say it with; several makers' roots in the metadata are of that kind. They
        // were chosen by the caller; a certificate of the sender must say it.
        var isOldRoot = isAnchor && issuer.Version == 1 && issuer.IsSelfIssued;
        Require(isOldRoot || issuer.Constraints is { IsAuthority: true }, WebAuthnError.TrustChain, "An issuer is no certification authority.");
        Require(issuer.MaySignCertificates, WebAuthnError.TrustChain, "An issuer's key is not for signing certificates.");

        // "the maximum number of non-self-issued intermediate certificates that may follow this certificate in a valid
        //  certification path" (§4.2.1.9). The leaf is not one of them.
        var below = path.Skip(1).Count(certificate => !certificate.IsSelfIssued);
        Require(issuer.Constraints?.PathLength is not { } longest || below <= longest, WebAuthnError.TrustChain, "The path is too long for an issuer.");
    }

    private static void CheckValidity(PathCertificate certificate, DateTimeOffset now)
        => Require(IsValid(certificate, now), WebAuthnError.TrustExpired, $"Valid from {certificate.NotBefore:u} to {certificate.NotAfter:u}.");

    private static bool IsValid(PathCertificate certificate, DateTimeOffset now) => certificate.NotBefore <= now && now <= certificate.NotAfter;

    private static void CheckRevocation(List<PathCertificate> path, PathCertificate anchor, PathRules rules)
    {
        for (var i = 0; i < path.Count; i++)
        {
            var issuer = i + 1 < path.Count ? path[i + 1] : anchor;
            var isCovered = false;
            foreach (var list in rules.RevocationLists)
            {
                if (list.ThisUpdate <= rules.Now && list.IsFrom(issuer, rules.AllowsSha1))
                {
                    // What an old list revoked stays revoked; it only cannot say that nothing was added.
                    Require(!list.Lists(path[i].SerialNumber), WebAuthnError.TrustRevoked);
                    isCovered |= list.IsCurrent(rules.Now);
                }
            }

            Require(isCovered || !rules.RequiresRevocationLists, WebAuthnError.TrustRevoked, "No current revocation list speaks about a certificate.");
        }
    }
}
