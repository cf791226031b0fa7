using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Moi.Identity.Idp.Features.Oidc.MutualTls;
using Moi.Identity.Idp.Features.Operations;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>What an operator may set, and what is done with the authorities that were named.</summary>
public sealed class MutualTlsSettingsTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 1, 0, 0, TimeSpan.Zero);

    private readonly SoftCertificate _root = SoftCertificate.Root();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("moi-anchors-");

    public MutualTlsSettingsTests() => File.WriteAllBytes(Path.Combine(_folder.FullName, "root.crt"), _root.Der);

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(null, null, null, null)]
    [InlineData("mtls.id.example", "Client-Cert", "root.crt", null)]
    [InlineData("mtls.id.example", "Client-Cert", ".", null)]
    [InlineData("mtls.id.example:8443", null, null, null)]
    [InlineData("id.example", null, null, "Idp__MutualTls__Host")]
    [InlineData("id.example:8443", null, null, "Idp__MutualTls__Host")]
    [InlineData("https://mtls.id.example", null, null, "Idp__MutualTls__Host")]
    [InlineData("MTLS.id.example", null, null, "Idp__MutualTls__Host")]
    [InlineData("mtls.id.example:443", null, null, "Idp__MutualTls__Host")]
    [InlineData("192.0.2.1", null, null, "Idp__MutualTls__Host")]
    [InlineData(null, null, "nowhere", "Idp__MutualTls__TrustAnchors")]
    [InlineData(null, null, "empty", "Idp__MutualTls__TrustAnchors")]
    [InlineData(null, null, "garbage", "Idp__MutualTls__TrustAnchors")]
    public void Mistakes_are_named(string? host, string? header, string? anchors, string? mistake)
    {
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "empty"));
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "garbage"));
        File.WriteAllText(Path.Combine(_folder.FullName, "garbage", "x.crt"), "garbage");
        var proxies = new ProxyOptions();
        proxies.Trusted.Add("10.0.0.5");
        var result = new MutualTlsValidator(Options.Create(proxies)).Validate(null, Settings(host, header, anchors is null ? null : Path.Combine(_folder.FullName, anchors)));
        (result.FailureMessage ?? "").ShouldStartWith(mistake ?? "");
        result.Succeeded.ShouldBe(mistake is null, result.FailureMessage);
    }

    [Fact]
    public void A_header_field_that_anybody_could_send_is_refused()
    {
        var none = new MutualTlsValidator(Options.Create(new ProxyOptions()));
        none.Validate(null, Settings(null, "Client-Cert", null)).FailureMessage.ShouldNotBeNull().ShouldContain("Idp__Proxies__Trusted");
        none.Validate(null, new IdpOptions { MutualTls = { ForwardedHeader = "Client-Cert" } }).Succeeded.ShouldBeTrue();
    }

    [Theory(DisplayName = "While it cannot be known whether a certificate was revoked, it is refused")]
    [InlineData(X509RevocationMode.Online, "RevocationStatusUnknown")]
    [InlineData(X509RevocationMode.Offline, "RevocationStatusUnknown")]
    [InlineData(X509RevocationMode.NoCheck, null)]
    public void Revocation(X509RevocationMode mode, string? fault)
    {
        using var chains = Chains(mode);
        using var leaf = X509CertificateLoader.LoadCertificate(_root.Issue(SoftCertificateShape.Leaf()).Der);
        var found = chains.FindFault(leaf);
        if (fault is null)
        {
            found.ShouldBeNull();
        }
        else
        {
            found.ShouldNotBeNull().ShouldContain(fault);
        }
    }

    [Fact]
    public void An_intermediate_that_nobody_named_is_no_way_in()
    {
        using var chains = Chains(X509RevocationMode.NoCheck);
        using var unknown = X509CertificateLoader.LoadCertificate(_root.Issue().Issue(SoftCertificateShape.Leaf()).Der);
        chains.FindFault(unknown).ShouldNotBeNull().ShouldContain("PartialChain");
    }

    private static IdpOptions Settings(string? host, string? header, string? anchors)
        => new()
        {
            PublicOrigin = "https://id.example",
            MutualTls = { Enabled = true, Host = host, ForwardedHeader = header, TrustAnchors = anchors },
        };

    private TrustedChains Chains(X509RevocationMode mode)
        => new(
            Options.Create(new IdpOptions { MutualTls = { Enabled = true, TrustAnchors = _folder.FullName, Revocation = mode } }),
            new FakeTimeProvider(Now));
}
