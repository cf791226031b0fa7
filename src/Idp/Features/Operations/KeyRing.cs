using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.AuthenticatedEncryption;
using Microsoft.AspNetCore.DataProtection.AuthenticatedEncryption.ConfigurationModel;

namespace Moi.Identity.Idp.Features.Operations;

/// <summary>The certificates of the key ring, read from their files.</summary>
internal static class KeyRing
{
    /// <summary>Encrypts new keys with the current certificate and decrypts old ones with any that is configured.</summary>
    /// <remarks>Certificates that cannot be read are left out here; the start-up checks name them.</remarks>
    internal static void AddKeyRing(this IServiceCollection services, KeyRingOptions options)
    {
        // One pass instead of two, and no padding: half the cost of the default for records of this size. Keys made
        // before keep the algorithm they were made for.
        var protection = services.AddDataProtection().UseCryptographicAlgorithms(new AuthenticatedEncryptorConfiguration
        {
            EncryptionAlgorithm = EncryptionAlgorithm.AES_256_GCM,
        });
        if (Current(options) is not { } current)
        {
            return;
        }

        X509Certificate2[] previous =
            [.. options.Previous.Select(entry => TryRead(entry.Certificate, entry.PasswordFile)).OfType<X509Certificate2>()];
        protection.ProtectKeysWithCertificate(current).UnprotectKeysWithAnyCertificate([current, .. previous]);
    }

    /// <summary>The certificate that encrypts, if there is one and it can be read.</summary>
    internal static X509Certificate2? Current(KeyRingOptions options) => TryRead(options.Certificate, options.PasswordFile);

    /// <summary>What is wrong with the configured certificates, each with the setting to change.</summary>
    internal static IEnumerable<string> Problems(KeyRingOptions options, DateTimeOffset now)
    {
        var entries = options.Previous
            .Select((entry, i) => (Name: $"Idp__KeyRing__Previous__{i}__", entry.Certificate, entry.PasswordFile))
            .Prepend(("Idp__KeyRing__", options.Certificate!, options.PasswordFile))
            .Where(entry => !string.IsNullOrEmpty(entry.Item2));
        foreach (var (name, file, passwordFile) in entries)
        {
            string? problem = null;
            try
            {
                using var certificate = Read(file, passwordFile);
                problem = certificate switch
                {
                    { HasPrivateKey: false } => "has no private key in it",
                    _ when certificate.GetRSAPrivateKey() is not { KeySize: >= 2048 } => "must have an RSA key of 2048 bits or more",
                    _ when certificate.NotBefore.ToUniversalTime() > now.UtcDateTime => "is not valid yet",
                    _ => null,
                };
            }
            catch (Exception e) when (e is IOException or CryptographicException or UnauthorizedAccessException)
            {
                problem = $"cannot be read ({e.Message.TrimEnd('.')}); check {name}PasswordFile too";
            }

            if (problem is not null)
            {
                yield return $"{name}Certificate: {file} {problem}.";
            }
        }
    }

    private static X509Certificate2? TryRead(string? file, string? passwordFile)
    {
        try
        {
            return string.IsNullOrEmpty(file) ? null : Read(file, passwordFile);
        }
        catch (Exception e) when (e is IOException or CryptographicException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static X509Certificate2 Read(string file, string? passwordFile)
    {
        var password = string.IsNullOrEmpty(passwordFile) ? null : File.ReadLines(passwordFile).FirstOrDefault();
        if (Path.GetExtension(file).ToUpperInvariant() is ".PFX" or ".P12")
        {
            return X509CertificateLoader.LoadPkcs12FromFile(file, password);
        }

        return password is null
            ? X509Certificate2.CreateFromPemFile(file)
            : X509Certificate2.CreateFromEncryptedPemFile(file, password);
    }
}
