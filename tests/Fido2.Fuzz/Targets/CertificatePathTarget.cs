using System.Security.Cryptography;
using Moi.Identity.Fido2.Certificates;
using Moi.Identity.Fido2.Fuzz.Seeding;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Fuzz.Targets;

/// <summary>
/// Rules in the first byte of an input, then parts, each with its length in two bytes before it: the anchor, then the path
/// from the leaf on, among it revocation lists in any place. Of two parts the second is also taken for a public key,
/// and the first for the algorithm of a signature with it.
/// </summary>
internal sealed class CertificatePathTarget : FuzzTarget
{
    internal override string Name => "certificate-path";

    internal override IReadOnlyList<Type> Parsers => [typeof(CertificatePath), typeof(CertificateSignature), typeof(CertifiedKey), typeof(CertificateRevocationList)];

    internal override int QuickChanges => 400;

    internal override IReadOnlyList<byte[]> Words => DerWords.Certificates;

    internal override bool Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return false;
        }

        var parts = Parts(input);
        if (parts.Count == 2)
        {
            CertificateSignature.IsValid(new SignedStructure(new byte[3], parts[0], new byte[64]), parts[1], allowSha1: true);
        }

        return parts.Count > 1 && RunPath(parts, input[0]);
    }

    private static bool RunPath(List<byte[]> parts, byte rules)
    {
        var (lists, certificates) = (new List<CertificateRevocationList>(), new List<byte[]>());
        foreach (var part in parts.Skip(1))
        {
            if (CertificateRevocationList.TryRead(part, out var list, out _))
            {
                lists.Add(list);
            }
            else
            {
                certificates.Add(part);
            }
        }

        var anchor = new TrustAnchor(parts[0]);
        TrustedPath trusted;
        try
        {
            trusted = CertificatePath.Validate(certificates, [anchor], new PathRules
            {
                Now = SoftCeremonies.Now,
                RevocationLists = lists,
                RequiresRevocationLists = (rules & 1) != 0,
                AllowsSurplus = (rules & 2) != 0,
                AllowsSha1 = (rules & 4) != 0,
            });
        }
        catch (WebAuthnException refusal)
        {
            Invariant.Holds(
                refusal.Error == WebAuthnError.CertificateParse || refusal.Error.ToString().StartsWith("Trust", StringComparison.Ordinal),
                "A path is refused with a code that is not about it.");
            return false;
        }

        // Whatever else holds: the leaf is in its time, and not on a list of its issuer's.
        var leaf = PathCertificate.Parse(certificates[0]);
        Invariant.Holds(ReferenceEquals(trusted.Anchor, anchor), "The anchor is another.");
        Invariant.Holds(leaf.NotBefore <= SoftCeremonies.Now && SoftCeremonies.Now <= leaf.NotAfter, "A leaf out of its time is trusted.");
        Invariant.Holds(
            certificates[0].AsSpan().SequenceEqual(parts[0]) || certificates.Skip(1).Append(parts[0]).Any(issuer => IsIssuer(leaf, issuer)),
            "A leaf is trusted that nobody in the path signed.");
        return true;
    }

    private static bool IsIssuer(PathCertificate certificate, byte[] issuer)
        => new TrustAnchor(issuer).Certificate is { } read && certificate.IsSignedBy(read, allowSha1: true);

    private static List<byte[]> Parts(byte[] input)
    {
        const int Most = 8;
        var parts = new List<byte[]>();
        for (var at = 1; at + 2 <= input.Length && parts.Count < Most;)
        {
            var length = Math.Min((input[at] << 8) | input[at + 1], input.Length - at - 2);
            parts.Add(input[(at + 2)..(at + 2 + length)]);
            at += 2 + length;
        }

        return parts;
    }

    private static byte[] Join(byte rules, params IEnumerable<byte[]> parts)
        => [rules, .. parts.SelectMany(part => (byte[])[(byte)(part.Length >> 8), (byte)part.Length, .. part])];

    internal override IEnumerable<(string Name, byte[] Input)> MakeSeeds()
    {
        var now = SoftCeremonies.Now;
        var root = SoftCertificate.Root();
        var middle = root.Issue(new SoftCertificateShape { PathLength = 0 });
        var leaf = middle.Issue(SoftCertificateShape.Leaf());
        byte[] rootList = root.RevocationList(now.AddHours(-1), now.AddDays(7)), middleList = middle.RevocationList(now.AddHours(-1), now.AddDays(7));
        yield return ("path", Join(2, root.Der, leaf.Der, middle.Der));
        yield return ("lists", Join(1, root.Der, leaf.Der, middle.Der, rootList, middleList));
        yield return ("revoked", Join(0, root.Der, leaf.Der, middle.Der, middle.RevocationList(now.AddHours(-1), now.AddDays(7), leaf.SerialNumber)));
        yield return ("surplus", Join(2, root.Der, leaf.Der, middle.Der, root.Der));
        yield return ("anchor", Join(0, root.Der, root.Der));
        yield return ("stranger", Join(0, root.Der, SoftCertificate.Root().Der));
        yield return ("expired", Join(0, root.Der, root.Issue(SoftCertificateShape.Leaf() with { NotAfter = now.AddDays(-1) }).Der));
        yield return ("no-authority", Join(0, root.Der, leaf.Issue(SoftCertificateShape.Leaf()).Der, leaf.Der, middle.Der));
        yield return ("too-long", Join(0, root.Der, middle.Issue().Issue(SoftCertificateShape.Leaf()).Der, middle.Issue().Der, middle.Der));
        yield return ("critical", Join(0, root.Der, root.Issue(SoftCertificateShape.Leaf() with { Extensions = [new("1.2.3", Der.Number(1), critical: true)] }).Der));
        yield return ("constraints", Join(0, root.Der, root.Issue(SoftCertificateShape.Leaf() with { Extensions = [new("2.5.29.30", Der.Sequence(), critical: false)] }).Der));
        using var rsa = RSA.Create(2048);
        foreach (var hash in new[] { HashAlgorithmName.SHA256, HashAlgorithmName.SHA384, HashAlgorithmName.SHA512 })
        {
            var rsaRoot = SoftCertificate.Root(new SoftCertificateShape { Key = rsa, Hash = hash });
            yield return ($"rsa-{hash.Name}", Join(6, rsaRoot.Der, rsaRoot.Issue(SoftCertificateShape.Leaf() with { Hash = hash }).Der));
        }

        foreach (var (oid, algorithm) in new[] { ("1.3.101.112", -8), ("1.2.840.10045.4.3.3", -35), ("1.2.840.10045.4.3.4", -36), ("1.2.840.113549.1.1.13", -257), ("1.2.840.10045.4.1", -7), ("1.3.101.112", -7), ("1.2.3", -47) })
        {
            using var key = SoftKey.Create(algorithm);
            yield return ($"signature-{oid}{algorithm}", Join(0, Der.Sequence(Der.Oid(oid)), key.SubjectPublicKeyInfo));
        }
    }
}
