using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Moi.Identity.Testing;

namespace Moi.Identity.Peers.Tests.Agencies;

/// <summary>The certificates of clients that are known by one, and the authority that the operator trusts.</summary>
internal static class PeerAuthority
{
    private static readonly SoftCertificate Root = SoftCertificate.Root(new SoftCertificateShape { Name = "Agencies root" });

    internal static SoftCertificate Issue(string name) => Root.Issue(SoftCertificateShape.Leaf(name));

    internal static SoftCertificate SelfSigned(string name) => SoftCertificate.Root(SoftCertificateShape.Leaf(name));

    /// <summary>The root, as the server reads it.</summary>
    internal static string RootPem => Pem(Root);

    /// <summary>Certificate and key in the form that Node takes.</summary>
    internal static JsonObject ToPeer(SoftCertificate certificate) => new()
    {
        ["cert"] = Pem(certificate),
        ["key"] = ((ECDsa)certificate.Key).ExportPkcs8PrivateKeyPem(),
    };

    private static string Pem(SoftCertificate certificate)
    {
        using var loaded = X509CertificateLoader.LoadCertificate(certificate.Der);
        return loaded.ExportCertificatePem();
    }
}
