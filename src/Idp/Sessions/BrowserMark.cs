using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Moi.Identity.Idp.Sessions;

/// <summary>
/// A random value in a cookie that says "the same browser", before anybody is signed in. Ceremonies and sign-in
/// transactions carry its hash, so that a handle that leaks is worth nothing elsewhere.
/// </summary>
internal sealed class BrowserMark(SessionCookie cookie)
{
    private static readonly object Item = new();

    /// <summary>The hash of this browser's mark; sets the cookie when there is none.</summary>
    internal string GetOrCreate(HttpContext http)
    {
        if (Get(http) is { } known)
        {
            return known;
        }

        var mark = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        http.Response.Cookies.Append(cookie.BrowserName, mark, cookie.Options);
        var hash = Hash(mark);
        http.Items[Item] = hash;
        return hash;
    }

    /// <summary>The hash of this browser's mark, or nothing.</summary>
    internal string? Get(HttpContext http)
        => http.Items[Item] as string
            ?? (http.Request.Cookies[cookie.BrowserName] is { Length: 43 } mark ? Hash(mark) : null);

    /// <summary>Whether the record was made for this browser.</summary>
    internal bool Matches(HttpContext http, string recorded)
        => Get(http) is { } mine && CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(mine), Encoding.ASCII.GetBytes(recorded));

    private static string Hash(string mark) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(mark)));
}
