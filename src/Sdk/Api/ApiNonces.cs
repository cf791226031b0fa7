using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Moi.Identity.Api;

/// <summary>RFC 9449 §8 and §9: nonces that any instance can tell from forged ones, without keeping them. Each is the encrypted time at which it was made.</summary>
internal sealed class ApiNonces(IDataProtectionProvider protection, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly IDataProtector _protector = protection.CreateProtector("Moi.Identity.Api.DpopNonce.v1");

    internal string Create() => _protector.Protect(time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));

    internal bool IsCurrent(string nonce)
    {
        try
        {
            var age = time.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(long.Parse(_protector.Unprotect(nonce), CultureInfo.InvariantCulture));
            return age >= -MoiIdentityDefaults.ClockSkew && age <= Lifetime;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
