using System.Globalization;
using System.Numerics;

namespace Moi.Identity.Fido2.Signatures;

/// <summary>The curve -x² + y² = 1 + d·x²·y² over GF(2²⁵⁵-19); RFC 8032 §5.1.</summary>
internal static class Ed25519Point
{
    internal const int Length = 32;

    private static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;
    private static readonly BigInteger D = Number("52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3");

    /// <summary>The y of every point whose order divides 8.</summary>
    private static readonly BigInteger[] LowOrder =
    [
        BigInteger.Zero,
        BigInteger.One,
        P - 1,
        Number("05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826"),
        Number("7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7"),
    ];

    /// <summary>2²⁵² + 27742317777372353535851937790883648493, little-endian.</summary>
    private static readonly byte[] GroupOrder = Convert.FromHexString("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");

    /// <summary>Whether the bytes are a canonical point of the curve that is not of low order.</summary>
    /// <remarks>SECURITY: under a key of low order, one signature verifies for many messages.</remarks>
    internal static bool IsUsable(ReadOnlySpan<byte> encoded)
    {
        if (encoded.Length != Length)
        {
            return false;
        }

        Span<byte> little = stackalloc byte[Length];
        encoded.CopyTo(little);
        little[^1] &= 0x7F;
        var y = new BigInteger(little, isUnsigned: true);
        if (y >= P || Array.IndexOf(LowOrder, y) >= 0)
        {
            return false;
        }

        // x² = u/v has a solution exactly when u·v is a square: Euler's criterion.
        var u = (y * y) - 1;
        var v = (D * y * y) + 1;
        return BigInteger.ModPow(u * v % P, (P - 1) / 2, P) == 1;
    }

    /// <summary>Whether S, the second half of a signature, is below the group order (RFC 8032 §5.1.7): the one encoding of it.</summary>
    internal static bool IsScalar(ReadOnlySpan<byte> little)
    {
        for (var i = Length - 1; i >= 0; i--)
        {
            if (little[i] != GroupOrder[i])
            {
                return little[i] < GroupOrder[i];
            }
        }

        return false;
    }

    private static BigInteger Number(string hex) => BigInteger.Parse("0" + hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
