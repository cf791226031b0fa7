using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Moi.Identity.Idp.Tests.Operations;

/// <summary>A certificate for the key ring, in a file that is gone with the test.</summary>
internal sealed class TestCertificate : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("moi-keyring-");

    internal TestCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=key ring", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        Thumbprint = certificate.Thumbprint;
        File.WriteAllBytes(Path, certificate.Export(X509ContentType.Pkcs12, "correct horse"));
        File.WriteAllText(PasswordFile, "correct horse\n");
    }

    internal string Path => System.IO.Path.Combine(_folder.FullName, "keyring.pfx");

    internal string PasswordFile => System.IO.Path.Combine(_folder.FullName, "keyring.password");

    internal string Thumbprint { get; }

    /// <summary>The settings of a production server that encrypts with this certificate.</summary>
    internal Dictionary<string, string?> Production(string? dataPath = null) => new()
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        ["Idp__DataPath"] = dataPath,
        ["Idp__KeyRing__Certificate"] = Path,
        ["Idp__KeyRing__PasswordFile"] = PasswordFile,
    };

    public void Dispose() => _folder.Delete(recursive: true);
}
