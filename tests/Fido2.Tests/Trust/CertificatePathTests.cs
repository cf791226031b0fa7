using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Moi.Identity.Fido2.Certificates;
using Moi.Identity.Testing;
using static Moi.Identity.Fido2.Tests.Trust.PathChecks;

namespace Moi.Identity.Fido2.Tests.Trust;

/// <summary>RFC 5280 §6 and R-TRUST-1 to 3: which certificates lead to an anchor.</summary>
public sealed class CertificatePathTests
{
    private static readonly SoftCertificate Root = SoftCertificate.Root();
    private static readonly SoftCertificate Middle = Root.Issue();
    private static readonly SoftCertificate Leaf = Middle.Issue(SoftCertificateShape.Leaf());
    private static readonly SoftCertificate Stranger = SoftCertificate.Root(new SoftCertificateShape { Name = "Stranger" });

    [Fact(DisplayName = "R-TRUST-1: a path to an anchor, by every length, is trusted")]
    public void Good_paths()
    {
        Check([Leaf, Middle], [Root]).ShouldBeNull();
        Check([Leaf], [Middle]).ShouldBeNull();
        Check([Root.Issue(SoftCertificateShape.Leaf())], [Stranger, Root]).ShouldBeNull();
        Validate([Leaf.Der, Middle.Der], [Root.Der]).ShouldSatisfyAllConditions(
            path => path.Anchor.Der.ToArray().ShouldBe(Root.Der),
            path => path.HasSurplus.ShouldBeFalse());
    }

    [Fact(DisplayName = "§7.1 step 24: the leaf may be the anchor itself (conformance Resp-5 P-3)")]
    public void The_leaf_may_be_the_anchor()
    {
        Check([Leaf], [Leaf]).ShouldBeNull();
        Check([Leaf], [Leaf], rules => rules with { Now = new DateTimeOffset(2050, 1, 1, 0, 0, 0, TimeSpan.Zero) }).ShouldBe(WebAuthnError.TrustExpired);

        // Another certificate for the same key and name is another certificate.
        var twin = Middle.Issue(SoftCertificateShape.Leaf() with { Key = Leaf.Key });
        Check([twin], [Leaf]).ShouldBe(WebAuthnError.TrustNoAnchor);
    }

    [Fact(DisplayName = "R-TRUST-3: no certificate of the sender is an anchor (GHSA-6hxq-p678-4hr2)")]
    public void The_senders_root_is_no_anchor()
    {
        var own = SoftCertificate.Root(new SoftCertificateShape { Name = "Soft root" });
        var leaf = own.Issue(SoftCertificateShape.Leaf());
        Check([leaf, own], [Root]).ShouldBe(WebAuthnError.TrustNoAnchor);
        Check([leaf, own, own], [Root]).ShouldBe(WebAuthnError.TrustNoAnchor);
        Check([leaf, own, Root], [Root]).ShouldBe(WebAuthnError.TrustChain);
        Check([leaf], [Root]).ShouldBe(WebAuthnError.TrustNoAnchor);
        Check([own], [Root]).ShouldBe(WebAuthnError.TrustNoAnchor);
        Check([Leaf, Middle], []).ShouldBe(WebAuthnError.TrustNoAnchor);
    }

    [Fact(DisplayName = "R-TRUST-2: the certificates are in order (conformance Resp-5 F-11)")]
    public void Order()
    {
        Check([Middle, Leaf], [Root], Strictly).ShouldBe(WebAuthnError.TrustChain);
        Check([Leaf, Root, Middle], [Root]).ShouldBe(WebAuthnError.TrustChain);
        Check([Leaf, Stranger, Middle], [Root]).ShouldBe(WebAuthnError.TrustChain);
        Check([Leaf], [Root]).ShouldBe(WebAuthnError.TrustNoAnchor);
    }

    [Fact(DisplayName = "R-TRUST-2: the anchor in x5c, and more than the path, is surplus and refused in conformance mode (Resp-5 F-10)")]
    public void Surplus()
    {
        foreach (var certificates in new[] { new[] { Leaf, Middle, Root }, [Leaf, Middle, Stranger], [Leaf, Middle, Root, Root] })
        {
            Validate([.. certificates.Select(certificate => certificate.Der)], [Root.Der]).HasSurplus.ShouldBeTrue();
            Check(certificates, [Root], Strictly).ShouldBe(WebAuthnError.TrustChain);
        }

        Validate([Leaf.Der, Middle.Der], [Leaf.Der]).HasSurplus.ShouldBeTrue();
        Check([Leaf, Middle], [Leaf], Strictly).ShouldBe(WebAuthnError.TrustChain);
        Check([Leaf, Middle], [Root], Strictly).ShouldBeNull();
    }

    [Theory(DisplayName = "R-TRUST-2: every certificate is valid at the time, anchor included, to the second")]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Validity(int position)
    {
        var from = new DateTimeOffset(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);
        var to = new DateTimeOffset(2026, 9, 1, 12, 0, 0, TimeSpan.Zero);
        SoftCertificateShape At(int place, SoftCertificateShape shape) => place == position ? shape with { NotBefore = from, NotAfter = to } : shape;
        var root = SoftCertificate.Root(At(2, new SoftCertificateShape { Name = "Root" }));
        var middle = root.Issue(At(1, new SoftCertificateShape { Name = "Middle" }));
        var leaf = middle.Issue(At(0, SoftCertificateShape.Leaf()));
        WebAuthnError? When(DateTimeOffset now) => Check([leaf, middle], [root], rules => rules with { Now = now });

        When(from.AddSeconds(-1)).ShouldBe(WebAuthnError.TrustExpired);
        When(from).ShouldBeNull();
        When(to).ShouldBeNull();
        When(to.AddSeconds(1)).ShouldBe(WebAuthnError.TrustExpired);
    }

    [Fact(DisplayName = "R-TRUST-1: a root issued anew counts beside the old one")]
    public void Renewed_roots()
    {
        var old = SoftCertificate.Root(new SoftCertificateShape { Name = "Renewed", NotAfter = Now.AddDays(-1) });
        var renewed = old.Again(new SoftCertificateShape());
        var leaf = old.Issue(SoftCertificateShape.Leaf());
        Check([leaf], [old]).ShouldBe(WebAuthnError.TrustExpired);
        Check([leaf], [old, renewed]).ShouldBeNull();
        Check([leaf], [renewed, old]).ShouldBeNull();
    }

    [Theory(DisplayName = "R-TRUST-2: an issuer is a certification authority, and its key signs certificates")]
    [MemberData(nameof(Issuers))]
    public void Authorities(string what, SoftCertificateShape shape, WebAuthnError expected)
    {
        var middle = Root.Issue(shape);
        var leaf = middle.Issue(SoftCertificateShape.Leaf());
        (Check([leaf, middle], [Root]) ?? WebAuthnError.None).ShouldBe(expected, what);

        var anchor = SoftCertificate.Root(shape);
        (Check([anchor.Issue(SoftCertificateShape.Leaf())], [anchor]) ?? WebAuthnError.None).ShouldBe(expected, what);
    }

    public static TheoryData<string, SoftCertificateShape, WebAuthnError> Issuers() => new()
    {
        { "as it should be", new SoftCertificateShape(), WebAuthnError.None },
        { "CA = false", new SoftCertificateShape { IsAuthority = false }, WebAuthnError.TrustChain },
        { "no basic constraints", new SoftCertificateShape { IsAuthority = null }, WebAuthnError.TrustChain },
        { "key usage without keyCertSign", new SoftCertificateShape { Usage = X509KeyUsageFlags.CrlSign | X509KeyUsageFlags.DigitalSignature }, WebAuthnError.TrustChain },
        { "CA = TRUE written as 01", new SoftCertificateShape { IsAuthority = null, Extensions = [new X509Extension("2.5.29.19", [0x30, 3, 1, 1, 1], critical: true)] }, WebAuthnError.None },
        { "CA = FALSE written out", new SoftCertificateShape { IsAuthority = null, Extensions = [new X509Extension("2.5.29.19", [0x30, 3, 1, 1, 0], critical: true)] }, WebAuthnError.TrustChain },
        { "key usage that is empty", new SoftCertificateShape { Usage = null, Extensions = [new X509Extension("2.5.29.15", [3, 1, 0], critical: true)] }, WebAuthnError.TrustChain },
        { "no key usage", new SoftCertificateShape { Usage = null }, WebAuthnError.None },
    };

    [Theory(DisplayName = "R-TRUST-2: critical extensions nobody knows, and name constraints, are refused wherever they stand")]
    [InlineData("1.2.3.4", true, WebAuthnError.TrustChain)]
    [InlineData("1.2.3.4", false, WebAuthnError.None)]
    [InlineData("2.5.29.30", true, WebAuthnError.TrustChain)]
    [InlineData("2.5.29.30", false, WebAuthnError.TrustChain)]
    [InlineData("2.5.29.36", true, WebAuthnError.TrustChain)]
    [InlineData("2.5.29.54", true, WebAuthnError.TrustChain)]
    [InlineData("2.5.29.32", true, WebAuthnError.None)]
    [InlineData("2.5.29.37", true, WebAuthnError.TrustChain)] // "SIZE (1..MAX)" (§4.2.1.12). Seen failing on 2026-11-27, with the next.
    [InlineData("2.5.29.37", false, WebAuthnError.TrustChain)]
    [InlineData("2.5.29.17", true, WebAuthnError.None)]
    public void Critical_extensions(string oid, bool critical, WebAuthnError expected)
    {
        var extension = new X509Extension(oid, [0x30, 0], critical);
        var middle = Root.Issue(new SoftCertificateShape { Extensions = [extension] });
        (Check([middle.Issue(SoftCertificateShape.Leaf()), middle], [Root]) ?? WebAuthnError.None).ShouldBe(expected, "an intermediate");
        (Check([Root.Issue(SoftCertificateShape.Leaf() with { Extensions = [extension] })], [Root]) ?? WebAuthnError.None).ShouldBe(expected, "a leaf");
    }

    [Theory(DisplayName = "RFC 5280 §4.2.1.9: path lengths")]
    [InlineData(0, 1, WebAuthnError.TrustChain)]
    [InlineData(1, 1, WebAuthnError.None)]
    [InlineData(1, 2, WebAuthnError.TrustChain)]
    [InlineData(2, 2, WebAuthnError.None)]
    [InlineData(0, 0, WebAuthnError.None)]
    public void Path_length(int allowed, int intermediates, WebAuthnError expected)
    {
        var root = SoftCertificate.Root(new SoftCertificateShape { Name = "Root", PathLength = allowed });
        var path = new List<SoftCertificate> { root };
        for (var i = 0; i < intermediates; i++)
        {
            path.Insert(0, path[0].Issue(new SoftCertificateShape { Name = $"Intermediate {i}" }));
        }

        path.Insert(0, path[0].Issue(SoftCertificateShape.Leaf()));
        (Check([.. path.SkipLast(1)], [root]) ?? WebAuthnError.None).ShouldBe(expected);

        // The same below an anchor that allows any length.
        var limited = Root.Issue(new SoftCertificateShape { Name = "Limited", PathLength = allowed });
        path = [limited];
        for (var i = 0; i < intermediates; i++)
        {
            path.Insert(0, path[0].Issue(new SoftCertificateShape { Name = $"Intermediate {i}" }));
        }

        path.Insert(0, path[0].Issue(SoftCertificateShape.Leaf()));
        (Check([.. path], [Root]) ?? WebAuthnError.None).ShouldBe(expected);
    }

    [Fact(DisplayName = "RFC 5280 §6.1.3: names chain, whatever the signature says")]
    public void Names_chain()
    {
        var misnamed = Root.Issue(SoftCertificateShape.Leaf() with { Issuer = SoftCertificate.NameOf("Another root") });
        Check([misnamed], [Root]).ShouldBe(WebAuthnError.TrustNoAnchor);
        var nameless = Root.Issue(SoftCertificateShape.Leaf() with { Issuer = new X500DistinguishedName([0x30, 0]) });
        Check([nameless], [SoftCertificate.Root(new SoftCertificateShape { Subject = new X500DistinguishedName([0x30, 0]), Key = Root.Key })])
            .ShouldBe(WebAuthnError.TrustNoAnchor);

        // §7.1: the same text as another string type, in other capitals, with more spaces.
        var builder = new X500DistinguishedNameBuilder();
        builder.Add("2.5.4.3", "SOFT  ROOT", System.Formats.Asn1.UniversalTagNumber.PrintableString);
        var respelled = Root.Issue(SoftCertificateShape.Leaf() with { Issuer = builder.Build() });
        Check([respelled], [Root]).ShouldBeNull();
    }

    [Fact(DisplayName = "§7.1: names that differ behind the sixty-fourth attribute are not equal, nor are longer ones that are spelled otherwise")]
    public void Long_names_are_told_apart()
    {
        DistinguishedName.AreEqual(Name(71, "2.5.4.3", "a"), Name(71, "2.5.4.10", "a")).ShouldBeFalse();
        DistinguishedName.AreEqual(Name(71, "2.5.4.3", "a"), Name(71, "2.5.4.3", "a")).ShouldBeTrue();
        DistinguishedName.AreEqual(Name(64, "2.5.4.3", "a"), Name(64, "2.5.4.3", "A")).ShouldBeTrue();
        DistinguishedName.AreEqual(Name(65, "2.5.4.3", "a"), Name(65, "2.5.4.3", "A")).ShouldBeFalse();

        static byte[] Name(int length, string last, string text)
            => Der.Sequence([.. Enumerable.Repeat(Der.Set(Attribute("2.5.4.11", "a")), length - 1), Der.Set(Attribute(last, text))]);
    }

    [Fact(DisplayName = "§7.1: text of one attribute does not pass for another attribute, nor what follows its value for nothing")]
    public void Names_are_compared_by_their_parts()
    {
        var two = Der.Sequence(Der.Set(Attribute("2.5.4.10", "b"), Attribute("2.5.4.3", "a")));
        var one = Der.Sequence(Der.Set(Attribute("2.5.4.10", "b+2.5.4.3=\"a")));
        DistinguishedName.AreEqual(two, one).ShouldBeFalse();
        var following = Der.Sequence(Der.Set(Der.Sequence(Der.Oid("2.5.4.3"), Der.Utf8("a"), Der.Utf8("b"))));
        DistinguishedName.AreEqual(following, Der.Sequence(Der.Set(Attribute("2.5.4.3", "a")))).ShouldBeFalse();
    }

    private static byte[] Attribute(string oid, string text) => Der.Sequence(Der.Oid(oid), Der.Utf8(text));

    [Fact(DisplayName = "R-TRUST-2: a changed certificate is not what was signed")]
    public void Every_byte_of_a_certificate_counts()
    {
        for (var i = 0; i < Leaf.Der.Length; i++)
        {
            byte[] changed = [.. Leaf.Der[..i], (byte)(Leaf.Der[i] ^ 1), .. Leaf.Der[(i + 1)..]];
            Should.Throw<WebAuthnException>(() => Validate([changed, Middle.Der], [Root.Der]), $"byte {i}");
        }

        for (var i = 0; i < Middle.Der.Length; i++)
        {
            byte[] changed = [.. Middle.Der[..i], (byte)(Middle.Der[i] ^ 1), .. Middle.Der[(i + 1)..]];
            Should.Throw<WebAuthnException>(() => Validate([Leaf.Der, changed], [Root.Der]), $"byte {i} of the intermediate");
        }
    }

    [Fact(DisplayName = "R-TRUST-3: no certificates, or no anchors, are no path")]
    public void Nothing()
    {
        Check([], [Root]).ShouldBe(WebAuthnError.TrustNoAnchor);
        Check([Leaf, Stranger], []).ShouldBe(WebAuthnError.TrustNoAnchor);
    }

    [Fact(DisplayName = "RFC 5280 §4.1.1: what stands outside the signed part says the same as what stands inside, in whole bytes")]
    public void What_is_not_signed()
    {
        // Every second signature ends with an even byte, so that its last bit could be said to be unused.
        SoftCertificate leaf;
        do
        {
            leaf = Middle.Issue(SoftCertificateShape.Leaf());
        }
        while ((leaf.Der[^1] & 1) != 0);

        var certificate = new AsnReader(leaf.Der, AsnEncodingRules.DER).ReadSequence();
        var (body, algorithm, signature) = (certificate.ReadEncodedValue().ToArray(), certificate.ReadEncodedValue().ToArray(), certificate.ReadEncodedValue().ToArray());
        Verdict(Der.Sequence(body, algorithm, signature)).ShouldBeNull();
        Verdict(Der.Sequence(body, algorithm, [.. signature[..2], 1, .. signature[3..]])).ShouldBe(WebAuthnError.CertificateParse);
        Verdict(Der.Sequence(body, Der.Sequence(algorithm[2..], [5, 0]), signature)).ShouldBe(WebAuthnError.CertificateParse);

        WebAuthnError? Verdict(byte[] der)
        {
            try
            {
                Validate([der, Middle.Der], [Root.Der]);
                return null;
            }
            catch (WebAuthnException refusal)
            {
                return refusal.Error;
            }
        }
    }

    [Theory(DisplayName = "RFC 5280 §4.2.1.9: a path length is a number from zero up")]
    [InlineData(new byte[] { 0x30, 6, 1, 1, 0xFF, 2, 1, 0xFF })]
    [InlineData(new byte[] { 0x30, 11, 1, 1, 0xFF, 2, 6, 1, 0, 0, 0, 0, 0 })]
    public void Odd_path_lengths(byte[] constraints)
    {
        var middle = Root.Issue(new SoftCertificateShape { IsAuthority = null, Extensions = [new X509Extension("2.5.29.19", constraints, critical: true)] });
        Check([middle.Issue(SoftCertificateShape.Leaf()), middle], [Root]).ShouldBe(WebAuthnError.CertificateParse);
    }

    [Theory(DisplayName = "R-SIG-6: a signature by an algorithm that the issuer's key cannot have is none, and throws nothing")]
    [InlineData("1.2.840.113549.1.1.11", 32)]
    [InlineData("1.2.840.113549.1.1.11", 256)]
    [InlineData("1.3.101.112", 64)]
    [InlineData("1.2.840.10045.4.3.2", 0)]
    public void Algorithms_of_other_keys(string algorithm, int length)
    {
        using var rsa = RSA.Create(2048);
        foreach (var root in new[] { Root, SoftCertificate.Root(new SoftCertificateShape { Name = "RSA", Key = rsa }) })
        {
            var leaf = root.CertifyWith(SoftCertificateShape.Leaf(), algorithm, _ => new byte[length]);
            Should.Throw<WebAuthnException>(() => Validate([leaf], [root.Der])).Error.ShouldBe(WebAuthnError.TrustNoAnchor);
        }
    }

    [Theory(DisplayName = "R-SIG-6: signature algorithms of certificates; SHA-1 only in conformance mode")]
    [InlineData("RSA", "SHA256", false, WebAuthnError.None)]
    [InlineData("RSA", "SHA384", false, WebAuthnError.None)]
    [InlineData("RSA", "SHA512", false, WebAuthnError.None)]
    [InlineData("RSA", "SHA1", false, WebAuthnError.TrustNoAnchor)]
    [InlineData("RSA", "SHA1", true, WebAuthnError.None)]
    [InlineData("RSA", "MD5", true, WebAuthnError.TrustNoAnchor)]
    [InlineData("RSA 1024", "SHA256", true, WebAuthnError.TrustNoAnchor)]
    [InlineData("P-256", "SHA384", false, WebAuthnError.None)]
    [InlineData("P-384", "SHA256", false, WebAuthnError.None)]
    [InlineData("P-521", "SHA512", false, WebAuthnError.None)]
    [InlineData("P-256", "SHA1", false, WebAuthnError.TrustNoAnchor)]
    [InlineData("P-256", "SHA1", true, WebAuthnError.None)]
    [InlineData("secp256k1", "SHA256", true, WebAuthnError.TrustNoAnchor)]
    public void Algorithms(string kind, string hash, bool conformance, WebAuthnError expected)
    {
        using AsymmetricAlgorithm key = kind switch
        {
            "RSA" => RSA.Create(2048),
            "RSA 1024" => WeakRsa(),
            "P-384" => ECDsa.Create(ECCurve.NamedCurves.nistP384),
            "P-521" => ECDsa.Create(ECCurve.NamedCurves.nistP521),
            "secp256k1" => ECDsa.Create(ECCurve.CreateFromValue("1.3.132.0.10")),
            _ => ECDsa.Create(ECCurve.NamedCurves.nistP256),
        };
        var root = SoftCertificate.Root(new SoftCertificateShape { Name = "Root", Key = key });
        var leaf = new byte[][] { SignedWith(root, hash) };
        WebAuthnError? verdict = null;
        try
        {
            Validate(leaf, [root.Der], rules => rules with { AllowsSha1 = conformance });
        }
        catch (WebAuthnException refusal)
        {
            verdict = refusal.Error;
        }

        (verdict ?? WebAuthnError.None).ShouldBe(expected);
    }

    [Theory(DisplayName = "R-SIG-6: a SHA-1 signature of another key is none, in either mode")]
    [InlineData("RSA", false)]
    [InlineData("RSA", true)]
    [InlineData("P-256", false)]
    [InlineData("P-256", true)]
    public void Forged_sha1(string kind, bool conformance)
    {
        using AsymmetricAlgorithm key = kind == "RSA" ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using AsymmetricAlgorithm other = kind == "RSA" ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var root = SoftCertificate.Root(new SoftCertificateShape { Name = "Root", Key = key });
        var forger = SoftCertificate.Root(new SoftCertificateShape { Name = "Root", Key = other });
        Should.Throw<WebAuthnException>(() => Validate([SignedWith(forger, "SHA1")], [root.Der], rules => rules with { AllowsSha1 = conformance }))
            .Error.ShouldBe(WebAuthnError.TrustNoAnchor);
    }

    [Fact(DisplayName = "RFC 5280 §6.3: revoked certificates, and lists that are missing, old or somebody else's")]
    public void Revocation()
    {
        var (today, tomorrow) = (Now.AddHours(-1), Now.AddDays(1));
        var clean = new[] { Root.RevocationList(today, tomorrow), Middle.RevocationList(today, tomorrow, [1, 2, 3]) };
        var leafRevoked = Middle.RevocationList(today, tomorrow, Leaf.SerialNumber);
        var middleRevoked = Root.RevocationList(today, tomorrow, Middle.SerialNumber);
        var renamed = SoftCertificate.Root(new SoftCertificateShape { Name = "Another name", Key = Middle.Key });

        With([]).ShouldBeNull();
        With(clean).ShouldBeNull();
        With([clean[0], leafRevoked]).ShouldBe(WebAuthnError.TrustRevoked);
        With([middleRevoked, clean[1]]).ShouldBe(WebAuthnError.TrustRevoked);
        With([.. clean, leafRevoked]).ShouldBe(WebAuthnError.TrustRevoked);
        With([Middle.RevocationList(Now.AddDays(-9), Now.AddDays(-2), Leaf.SerialNumber)]).ShouldBe(WebAuthnError.TrustRevoked, "once revoked");
        With([Middle.RevocationList(Now.AddDays(1), Now.AddDays(2), Leaf.SerialNumber)]).ShouldBeNull("a list from the future");
        With([Stranger.RevocationList(today, tomorrow, Leaf.SerialNumber)]).ShouldBeNull("of a stranger");
        With([SoftCertificate.Root(new SoftCertificateShape { Name = "Soft intermediate" }).RevocationList(today, tomorrow, Leaf.SerialNumber)])
            .ShouldBeNull("of somebody with that name");
        With([renamed.RevocationList(today, tomorrow, Leaf.SerialNumber)]).ShouldBeNull("of that key under another name");

        Required(clean).ShouldBeNull();
        Required([]).ShouldBe(WebAuthnError.TrustRevoked);
        Required([clean[0]]).ShouldBe(WebAuthnError.TrustRevoked);
        Required([clean[1]]).ShouldBe(WebAuthnError.TrustRevoked);
        Required([clean[0], Middle.RevocationList(Now.AddDays(-9), Now.AddSeconds(-1))]).ShouldBe(WebAuthnError.TrustRevoked);
        Required([clean[0], Middle.RevocationList(Now.AddSeconds(1), tomorrow)]).ShouldBe(WebAuthnError.TrustRevoked);
        Required([clean[0], Middle.RevocationList(today, Now)]).ShouldBeNull();
        Required([clean[0], renamed.RevocationList(today, tomorrow)]).ShouldBe(WebAuthnError.TrustRevoked);

        WebAuthnError? With(byte[][] lists) => Check([Leaf, Middle], [Root], rules => rules with { RevocationLists = Read(lists) });
        WebAuthnError? Required(byte[][] lists)
            => Check([Leaf, Middle], [Root], rules => rules with { RevocationLists = Read(lists), RequiresRevocationLists = true });
    }

    [Fact(DisplayName = "RFC 5280 §6.3.3: only a key that may sign lists signs lists")]
    public void Revocation_lists_need_crl_sign()
    {
        var root = SoftCertificate.Root(new SoftCertificateShape { Name = "Root", Usage = X509KeyUsageFlags.KeyCertSign });
        var leaf = root.Issue(SoftCertificateShape.Leaf());
        var list = root.RevocationList(Now.AddDays(-1), Now.AddDays(1));
        Check([leaf], [root], rules => rules with { RevocationLists = Read([list]), RequiresRevocationLists = true }).ShouldBe(WebAuthnError.TrustRevoked);
    }

    [Fact(DisplayName = "R-TRUST-1: what is trusted here, the platform's chain builder trusts too")]
    public void Agrees_with_the_platform()
    {
        var deep = Middle.Issue(new SoftCertificateShape { Name = "Deep", PathLength = 0 });
        foreach (var certificates in new[] { new[] { Leaf, Middle }, [deep.Issue(SoftCertificateShape.Leaf()), deep, Middle], [Root.Issue(SoftCertificateShape.Leaf())] })
        {
            Check(certificates, [Root]).ShouldBeNull();
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.DisableCertificateDownloads = true;
            chain.ChainPolicy.VerificationTime = Now.UtcDateTime;
            chain.ChainPolicy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificate(Root.Der));
            foreach (var certificate in certificates.Skip(1))
            {
                chain.ChainPolicy.ExtraStore.Add(X509CertificateLoader.LoadCertificate(certificate.Der));
            }

            chain.Build(X509CertificateLoader.LoadCertificate(certificates[0].Der)).ShouldBeTrue();
        }
    }

    private static PathRules Strictly(PathRules rules) => rules with { AllowsSurplus = false };

    private static CertificateRevocationList[] Read(byte[][] lists) => [.. lists.Select(der =>
    {
        CertificateRevocationList.TryRead(der, out var list, out var fault).ShouldBeTrue(fault);
        return list!;
    })];

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5385", Justification = "A weak key is what is tested.")]
    private static RSA WeakRsa() => RSA.Create(1024);

    /// <summary>A leaf of an issuer, its signature made with any hash: the platform's request knows no SHA-1 and MD5.</summary>
    private static byte[] SignedWith(SoftCertificate issuer, string hash)
    {
        var isRsa = issuer.Key is RSA;
        var oid = (isRsa, hash) switch
        {
            (true, "MD5") => "1.2.840.113549.1.1.4",
            (true, "SHA1") => "1.2.840.113549.1.1.5",
            (true, "SHA384") => "1.2.840.113549.1.1.12",
            (true, "SHA512") => "1.2.840.113549.1.1.13",
            (true, _) => "1.2.840.113549.1.1.11",
            (false, "SHA1") => "1.2.840.10045.4.1",
            (false, "SHA384") => "1.2.840.10045.4.3.3",
            (false, "SHA512") => "1.2.840.10045.4.3.4",
            (false, _) => "1.2.840.10045.4.3.2",
        };
        return issuer.CertifyWith(SoftCertificateShape.Leaf(), oid, data => issuer.Key is RSA rsa
            ? rsa.SignData(data, new HashAlgorithmName(hash), RSASignaturePadding.Pkcs1)
            : ((ECDsa)issuer.Key).SignData(data, new HashAlgorithmName(hash), DSASignatureFormat.Rfc3279DerSequence));
    }
}
