using System.Security.Cryptography.X509Certificates;
using Moi.Identity.Fido2.Certificates;
using Moi.Identity.Testing;
using static Moi.Identity.Fido2.Tests.Trust.PathChecks;

namespace Moi.Identity.Fido2.Tests.Trust;

/// <summary>RFC 5280 §4.2.1.3 and §4.2.1.12: what the keys of a path are for.</summary>
public sealed class CertificatePurposeTests
{
    private static readonly SoftCertificate Root = SoftCertificate.Root();
    private static readonly SoftCertificate Middle = Root.Issue();

    /// <summary>Seen failing on 2026-11-27: key usage of a leaf passed as understood and was not looked at.</summary>
    [Theory(DisplayName = "RFC 5280 §4.2.1.3: a leaf whose key has uses may sign with it")]
    [InlineData(X509KeyUsageFlags.DigitalSignature, WebAuthnError.None)]
    [InlineData(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, WebAuthnError.None)]
    [InlineData(X509KeyUsageFlags.KeyEncipherment, WebAuthnError.TrustChain)]
    [InlineData(X509KeyUsageFlags.NonRepudiation, WebAuthnError.TrustChain)]
    [InlineData(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, WebAuthnError.TrustChain)]
    [InlineData(null, WebAuthnError.None)]
    public void Key_usage_of_a_leaf(X509KeyUsageFlags? usage, WebAuthnError expected)
    {
        var shape = SoftCertificateShape.Leaf() with { Usage = usage };
        (Check([Root.Issue(shape)], [Root]) ?? WebAuthnError.None).ShouldBe(expected);
        (Check([Middle.Issue(shape), Middle], [Root]) ?? WebAuthnError.None).ShouldBe(expected);
    }

    /// <summary>Seen failing on 2026-11-27: a critical purpose passed as understood, whatever it was.</summary>
    [Theory(DisplayName = "RFC 5280 §4.2.1.12: a critical extended key usage has the purpose that the certificate is used for, or any")]
    [InlineData("1.3.6.1.5.5.7.3.1", true, "", WebAuthnError.TrustChain)]
    [InlineData("1.3.6.1.5.5.7.3.1", false, "", WebAuthnError.None)]
    [InlineData("2.5.29.37.0", true, "", WebAuthnError.None)]
    [InlineData("2.23.133.8.3", true, "", WebAuthnError.TrustChain)]
    [InlineData("2.23.133.8.3", true, "2.23.133.8.3", WebAuthnError.None)]
    [InlineData("1.3.6.1.5.5.7.3.1", true, "2.23.133.8.3", WebAuthnError.TrustChain)]
    public void Critical_purposes(string purpose, bool critical, string wanted, WebAuthnError expected)
    {
        var extension = new X509Extension("2.5.29.37", Der.Sequence(Der.Oid(purpose)), critical);
        PathRules Wanting(PathRules rules) => rules with { Purposes = wanted.Length == 0 ? [] : [wanted] };
        var middle = Root.Issue(new SoftCertificateShape { Extensions = [extension] });
        (Check([middle.Issue(SoftCertificateShape.Leaf()), middle], [Root], Wanting) ?? WebAuthnError.None).ShouldBe(expected, "an intermediate");
        (Check([Root.Issue(SoftCertificateShape.Leaf() with { Extensions = [extension] })], [Root], Wanting) ?? WebAuthnError.None).ShouldBe(expected, "a leaf");
    }

    [Theory(DisplayName = "RFC 5280 §4.2.1.12: an extended key usage that is no list of purposes is none")]
    [InlineData(new byte[] { 5, 0 })]
    [InlineData(new byte[] { 0x30, 2, 5, 0 })]
    [InlineData(new byte[] { 0x30, 3, 6, 1, 42, 0 })]
    public void Odd_purposes(byte[] value)
        => Check([Root.Issue(SoftCertificateShape.Leaf() with { Extensions = [new X509Extension("2.5.29.37", value, critical: false)] })], [Root])
            .ShouldBe(WebAuthnError.CertificateParse);
}
