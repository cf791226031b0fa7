using System.Globalization;
using System.Numerics;

namespace Moi.Identity.Fido2.Signatures;

/// <summary>The curve x² + y² = 1 + d·x²·y² over GF(2⁴⁴⁸-2²²⁴-1); RFC 8032 §5.2.</summary>
internal static class Ed448Point
{
    internal const int Length = 57;

    private const int D = -39081;
    private static readonly BigInteger P = BigInteger.Pow(2, 448) - BigInteger.Pow(2, 224) - 1;
    private static readonly BigInteger GroupOrder = BigInteger.Pow(2, 446)
        - BigInteger.Parse("13818066809895115352007386748515426880336692474882178609894547503885", CultureInfo.InvariantCulture);

    /// <summary>Whether the bytes are a canonical point of the curve that is not of low order.</summary>
    /// <remarks>SECURITY: under a key of low order, one signature verifies for many messages. The points whose order divides
    /// 4 are those with y = 1, y = -1 and y = 0.</remarks>
    internal static bool IsUsable(ReadOnlySpan<byte> encoded)
    {
        // The last byte holds the sign of x and nothing else.
        if (encoded.Length != Length || (encoded[^1] & 0x7F) != 0)
        {
            return false;
        }

        var y = new BigInteger(encoded[..^1], isUnsigned: true);
        if (y >= P - 1 || y <= 1)
        {
            return false;
        }

        // x² = u/v has a solution exactly when u·v is a square: Euler's criterion.
        var product = ((y * y) - 1) * ((D * y * y) - 1) % P;
        return BigInteger.ModPow(product < 0 ? product + P : product, (P - 1) / 2, P) == 1;
    }

    /// <summary>Whether S, the second half of a signature, is below the group order (RFC 8032 §5.2.7): the one encoding of it.</summary>
    internal static bool IsScalar(ReadOnlySpan<byte> little) => new BigInteger(little, isUnsigned: true) < GroupOrder;
}
