using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Features.Oidc.MutualTls;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>RFC 5280 §6.3: the certificates of agencies against the list that their authority publishes.</summary>
public sealed class TrustedChainsTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("moi-lists-");
    private readonly SoftCertificate _root = SoftCertificate.Root(new SoftCertificateShape { Name = "Agencies root " + RandomNumberGenerator.GetHexString(16) });
    private readonly List<byte[]> _revoked = [];
    private TestListener _lists = null!;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllBytesAsync(Path.Combine(_folder.FullName, "root.crt"), _root.Der);
        _lists = await TestListener.StartAsync();
        _lists.Answer = async http =>
        {
            var now = TimeProvider.System.GetUtcNow();
            await http.Response.Body.WriteAsync(_root.RevocationList(now.AddHours(-1), now.AddHours(1), _revoked));
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _lists.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void A_certificate_that_is_not_listed_is_good()
    {
        FindFault(_root.Issue(Shape())).ShouldBeNull();
        _lists.Requests.Count.ShouldBe(1, "the list was fetched from the address in the certificate");
    }

    [Fact]
    public void A_revoked_certificate_is_refused()
    {
        var certificate = _root.Issue(Shape());
        _revoked.Add(certificate.SerialNumber);

        FindFault(certificate).ShouldBe("Revoked");
    }

    [Fact]
    public void While_the_list_cannot_be_had_its_clients_are_refused()
    {
        _lists.AnswerWith(404);

        FindFault(_root.Issue(Shape())).ShouldNotBeNull().ShouldContain("RevocationStatusUnknown");
    }

    [Fact]
    public void A_certificate_that_names_no_list_is_refused_unless_lists_are_not_asked_for()
    {
        var certificate = _root.Issue(SoftCertificateShape.Leaf());

        FindFault(certificate).ShouldNotBeNull().ShouldContain("RevocationStatusUnknown");
        FindFault(certificate, X509RevocationMode.NoCheck).ShouldBeNull();
    }

    [Fact]
    public void The_list_of_an_authority_that_is_not_trusted_is_never_fetched()
    {
        var stranger = SoftCertificate.Root(new SoftCertificateShape { Name = "Strangers" });
        var impostor = SoftCertificate.Root(new SoftCertificateShape { Subject = _root.Name });

        FindFault(stranger.Issue(Shape())).ShouldNotBeNull();
        FindFault(impostor.Issue(Shape())).ShouldNotBeNull();

        _lists.Requests.ShouldBeEmpty("anybody can write an address into a certificate of their own");
    }

    /// <summary>At an address of its own: the platform keeps lists on the disk.</summary>
    private SoftCertificateShape Shape() => SoftCertificateShape.Leaf() with
    {
        Extensions = [CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([$"http://127.0.0.1:{_lists.Port}/{RandomNumberGenerator.GetHexString(16)}.crl"])],
    };

    private string? FindFault(SoftCertificate certificate, X509RevocationMode mode = X509RevocationMode.Online)
    {
        var idp = new IdpOptions { MutualTls = { Enabled = true, TrustAnchors = _folder.FullName, Revocation = mode } };
        using var chains = new TrustedChains(Options.Create(idp), TimeProvider.System);
        using var shown = X509CertificateLoader.LoadCertificate(certificate.Der);
        return chains.FindFault(shown);
    }
}
