using System.Security.Cryptography;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Audit;

namespace Moi.Identity.Idp.Features.Operations;

/// <summary>
/// Command <c>keyring rewrap</c>: encrypts every key of the key ring with the current certificate, so that the previous
/// one can be taken out of service. Running servers notice nothing: they have the keys, and the keys stay the same.
/// </summary>
internal static class RewrapKeyRing
{
    internal static readonly XNamespace Ring = "http://schemas.asp.net/2015/03/dataProtection";

    internal static async Task<int> RunAsync(IServiceProvider services, CancellationToken ct)
    {
        using var certificate = KeyRing.Current(services.GetRequiredService<IOptions<KeyRingOptions>>().Value);
        if (certificate is null)
        {
            await Console.Error.WriteLineAsync("Idp__KeyRing__Certificate is missing or cannot be read.");
            return 1;
        }

        var decryptor = new EncryptedXmlDecryptor(services);
        var encryptor = new CertificateXmlEncryptor(certificate, services.GetRequiredService<ILoggerFactory>());
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IdpDb>();
        var wrapped = 0;
        foreach (var row in await db.Set<DataProtectionKey>().ToListAsync(ct))
        {
            try
            {
                wrapped += Rewrap(row, decryptor, encryptor) ? 1 : 0;
            }
            catch (CryptographicException)
            {
                await Console.Error.WriteLineAsync(
                    $"{row.FriendlyName} cannot be decrypted: name its certificate in Idp__KeyRing__Previous__0__Certificate. Nothing was changed.");
                return 1;
            }
        }

        db.AuditEvents.Add(AuditEvents.KeyRingRewrapped(
            services.GetRequiredService<AuditContextFactory>().Create(), wrapped, certificate.Thumbprint));
        await db.SaveChangesAsync(ct);
        await Console.Out.WriteLineAsync($"{wrapped} keys are encrypted with the certificate {certificate.Thumbprint} now.");
        return 0;
    }

    /// <returns>False for a row without a secret, which is a revocation.</returns>
    private static bool Rewrap(DataProtectionKey row, EncryptedXmlDecryptor decryptor, CertificateXmlEncryptor encryptor)
    {
        var key = XElement.Parse(row.Xml!);
        var wrapped = key.Descendants(Ring + "encryptedSecret").SingleOrDefault();
        var inTheClear = key.Descendants().SingleOrDefault(element => (bool?)element.Attribute(Ring + "requiresEncryption") is true);
        if ((wrapped ?? inTheClear) is not { } replaced)
        {
            return false;
        }

        var encrypted = encryptor.Encrypt(inTheClear ?? decryptor.Decrypt(wrapped!.Elements().Single()));
        replaced.ReplaceWith(new XElement(
            Ring + "encryptedSecret",
            new XAttribute("decryptorType", encrypted.DecryptorType.AssemblyQualifiedName!),
            encrypted.EncryptedElement));
        row.Xml = key.ToString(SaveOptions.DisableFormatting);
        return true;
    }
}
