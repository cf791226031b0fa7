using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Moi.Identity.Testing;

/// <summary>A certificate for the key ring, in a file that is gone with the test.</summary>
public sealed class KeyRingCertificate : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("moi-keyring-");

    /// <summary>Makes a key and a certificate that is good for a day.</summary>
    public KeyRingCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=key ring", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        Thumbprint = certificate.Thumbprint;
        File.WriteAllBytes(Path, certificate.Export(X509ContentType.Pkcs12, "correct horse"));
        File.WriteAllText(PasswordFile, "correct horse\n");
    }

    /// <summary>The certificate with its key, PKCS #12.</summary>
    public string Path => System.IO.Path.Combine(_folder.FullName, "keyring.pfx");

    /// <summary>The password of that file.</summary>
    public string PasswordFile => System.IO.Path.Combine(_folder.FullName, "keyring.password");

    /// <summary>As the store of certificates names it.</summary>
    public string Thumbprint { get; }

    /// <summary>The settings of a production server that encrypts with this certificate.</summary>
    public Dictionary<string, string?> Production(string? dataPath = null) => new()
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        ["Idp__DataPath"] = dataPath,
        ["Idp__KeyRing__Certificate"] = Path,
        ["Idp__KeyRing__PasswordFile"] = PasswordFile,
    };

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);
}
