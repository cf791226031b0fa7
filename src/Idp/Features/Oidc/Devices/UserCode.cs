using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Moi.Identity.Idp.Features.Oidc.Devices;

/// <summary>
/// The code that a device shows and a citizen types: RFC 8628 §6.1, eight consonants, so that none is taken for another
/// and no word comes of them. 20^8 values, some 34 bits.
/// </summary>
internal static class UserCode
{
    internal const int Length = 8;

    private const string Alphabet = "BCDFGHJKLMNPQRSTVWXZ";
    private const int LongestTyped = 64;
    private const int FullWidth = 'Ａ' - 'A';

    internal static string New() => RandomNumberGenerator.GetString(Alphabet, Length);

    /// <summary>As people read it: <c>BCDF-GHJK</c>.</summary>
    internal static string Show(string code) => code[..(Length / 2)] + "-" + code[(Length / 2)..];

    /// <summary>What was typed, in any case, with any punctuation, also by a Chinese input method; or nothing if it is no code.</summary>
    internal static string? Read(string? typed)
    {
        if (typed is not { Length: <= LongestTyped })
        {
            return null;
        }

        string letters = new([.. typed.Select(Narrow).Where(char.IsAsciiLetterOrDigit).Select(char.ToUpperInvariant)]);
        return letters.Length == Length && letters.All(Alphabet.Contains) ? letters : null;
    }

    /// <summary>The handle of its record. The store sees a hash of that.</summary>
    internal static string Handle(string code) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes("user-code:" + code)));

    private static char Narrow(char c) => c is >= 'Ａ' and <= 'Ｚ' or >= 'ａ' and <= 'ｚ' ? (char)(c - FullWidth) : c;
}
