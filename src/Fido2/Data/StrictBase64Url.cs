using System.Diagnostics.CodeAnalysis;

namespace Moi.Identity.Fido2.Data;

/// <summary>Base64url without padding (RFC 4648 §5), one spelling for each value.</summary>
/// <remarks>The platform's decoder allows white space, padding and non-zero trailing bits; then one credential ID
/// would have several spellings.</remarks>
internal static class StrictBase64Url
{
    private const byte Invalid = 0xFF;
    private static readonly byte[] Values = MakeValues();

    internal static bool TryDecode(ReadOnlySpan<byte> text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        var remainder = text.Length % 4;
        if (remainder == 1)
        {
            return false;
        }

        var decoded = new byte[text.Length / 4 * 3 + (remainder == 0 ? 0 : remainder - 1)];
        var seen = 0;
        uint bits = 0;
        var pending = 0;
        var written = 0;
        foreach (var character in text)
        {
            var value = Values[character];
            seen |= value;
            bits = (bits << 6) | value;
            pending += 6;
            if (pending >= 8)
            {
                pending -= 8;
                decoded[written++] = (byte)(bits >> pending);
            }
        }

        // Values are below 64, so the top bit is set only by a character outside the alphabet.
        if ((seen & 0x80) != 0 || (bits & ((1u << pending) - 1)) != 0)
        {
            return false;
        }

        bytes = decoded;
        return true;
    }

    private static byte[] MakeValues()
    {
        var values = new byte[256];
        Array.Fill(values, Invalid);
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for (var i = 0; i < Alphabet.Length; i++)
        {
            values[Alphabet[i]] = (byte)i;
        }

        return values;
    }
}
