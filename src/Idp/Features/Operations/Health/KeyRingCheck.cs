using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Moi.Identity.Idp.Data;

namespace Moi.Identity.Idp.Features.Operations.Health;

/// <summary>Every key of the key ring can be decrypted, the new ones and those that protect older data.</summary>
/// <remarks>
/// Without this check a server that was given the wrong certificate makes a new key and starts, and signs out everybody
/// and cannot read its own signing keys.
/// </remarks>
internal sealed class KeyRingCheck(IKeyManager keys, IDataProtectionProvider protection, IServiceScopeFactory scopes, IHostEnvironment environment)
    : IHealthCheck
{
    // Proved once; the certificates do not change while the server runs.
    private volatile bool _isProved;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!_isProved)
        {
            try
            {
                // Reads every key, also those that are revoked or expired: they may still protect a signing key.
                var unreadable = keys.GetAllKeys().Where(key => !IsReadable(key)).Select(key => key.KeyId).ToArray();
                if (unreadable.Length > 0)
                {
                    return HealthCheckResult.Unhealthy(await RemedyAsync(unreadable, cancellationToken));
                }

                if (!environment.IsDevelopment() && await IsInTheClearAsync(cancellationToken))
                {
                    return HealthCheckResult.Unhealthy(
                        "A key of the key ring is stored unencrypted, as Development leaves them: run the command \"keyring rewrap\" and restart.");
                }

                var protector = protection.CreateProtector("Moi.Identity.Idp.KeyRingCheck");
                protector.Unprotect(protector.Protect([1, 2, 3]));
                _isProved = true;
            }
            catch (Exception e) when (e is CryptographicException or System.Data.Common.DbException or InvalidOperationException)
            {
                return HealthCheckResult.Unhealthy($"The key ring cannot be read ({e.GetType().Name}).", e);
            }
        }

        return HealthCheckResult.Healthy("Every key of the key ring can be decrypted.");
    }

    private static bool IsReadable(IKey key)
    {
        try
        {
            return key.CreateEncryptor() is not null;
        }
        catch (Exception)
        {
            // The key manager wraps whatever the decryption threw, in types that it does not document.
            return false;
        }
    }

    private async Task<string> RemedyAsync(IEnumerable<Guid> unreadable, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var stored = await scope.ServiceProvider.GetRequiredService<IdpDb>().Set<DataProtectionKey>().AsNoTracking().ToListAsync(ct);
        var certificates = stored
            .Where(row => unreadable.Any(id => row.FriendlyName?.Contains(id.ToString(), StringComparison.OrdinalIgnoreCase) == true))
            .SelectMany(row => Thumbprints(row.Xml!)).Distinct().ToArray();
        return $"{unreadable.Count()} keys of the key ring cannot be decrypted. They are encrypted for the certificate with SHA-1 thumbprint "
            + (certificates.Length == 0 ? "(none recorded)" : string.Join(", ", certificates))
            + ": name its file in Idp__KeyRing__Certificate or Idp__KeyRing__Previous__0__Certificate and restart.";
    }

    private async Task<bool> IsInTheClearAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IdpDb>().Set<DataProtectionKey>()
            .AnyAsync(key => key.Xml!.Contains("<masterKey"), ct);
    }

    private static IEnumerable<string> Thumbprints(string xml)
    {
        foreach (var element in XElement.Parse(xml).Descendants(XName.Get("X509Certificate", "http://www.w3.org/2000/09/xmldsig#")))
        {
            using var certificate = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(element.Value));
            yield return certificate.Thumbprint;
        }
    }
}
