using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Moi.Identity.Idp.Features.Oidc.SenderConstraint;

/// <summary>
/// RFC 9449 §8: values that only this service can make and that are good for a short time. A nonce is a stretch of time,
/// sealed with the key ring: nothing is stored, and every server process accepts those of every other.
/// </summary>
internal sealed class DpopNonces(IDataProtectionProvider protection, TimeProvider time)
{
    /// <summary>A nonce is accepted in its own stretch and in the next one, so for two to four minutes.</summary>
    internal static readonly TimeSpan Stretch = TimeSpan.FromMinutes(2);

    private const int Longest = 512;

    private readonly IDataProtector _protector = protection.CreateProtector("Moi.Identity.Idp.DpopNonces");
    private volatile Issued _issued = new(-1, "");

    /// <summary>The nonce to use from now on.</summary>
    internal string Current
    {
        get
        {
            var now = Now;
            var issued = _issued;
            if (issued.Stretch != now)
            {
                var bytes = new byte[sizeof(long)];
                BinaryPrimitives.WriteInt64BigEndian(bytes, now);
                _issued = issued = new Issued(now, Base64Url.EncodeToString(_protector.Protect(bytes)));
            }

            return issued.Nonce;
        }
    }

    private long Now => time.GetUtcNow().Ticks / Stretch.Ticks;

    /// <summary>Whether it is one of ours, and not an old one.</summary>
    /// <remarks>The clock of the process that made it may be a little ahead.</remarks>
    internal bool Accepts(string nonce)
        => nonce == Current || (StretchOf(nonce) is { } stretch && stretch >= Now - 1 && stretch <= Now + 1);

    private long? StretchOf(string nonce)
    {
        if (nonce.Length > Longest || !Base64Url.IsValid(nonce))
        {
            return null;
        }

        try
        {
            return BinaryPrimitives.ReadInt64BigEndian(_protector.Unprotect(Base64Url.DecodeFromChars(nonce)));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private sealed record Issued(long Stretch, string Nonce);
}
