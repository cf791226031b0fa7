using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace Moi.Identity.Fido2.Signatures;

/// <summary>A curve y² = x³ + ax + b over GF(p) of prime order n; SP 800-186 §3.2.1, SEC 2 §2.4.1.</summary>
internal sealed class EllipticCurve
{
    internal static readonly EllipticCurve P256 = new(
        1,
        32,
        ECCurve.NamedCurves.nistP256,
        "1.2.840.10045.3.1.7",
        "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
        "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");

    internal static readonly EllipticCurve P384 = new(
        2,
        48,
        ECCurve.NamedCurves.nistP384,
        "1.3.132.0.34",
        "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
        "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
        "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973");

    internal static readonly EllipticCurve P521 = new(
        3,
        66,
        ECCurve.NamedCurves.nistP521,
        "1.3.132.0.35",
        "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00",
        "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409");

    internal static readonly EllipticCurve Secp256k1 = new(
        8,
        32,
        ECCurve.CreateFromValue("1.3.132.0.10"),
        "1.3.132.0.10",
        "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",
        "07",
        "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
        a: 0);

    private readonly BigInteger _p;
    private readonly int _a;
    private readonly BigInteger _b;
    private readonly byte[] _order;

    private EllipticCurve(int number, int length, ECCurve named, string oid, string p, string b, string n, int a = -3)
    {
        (Number, Length, Named, Oid, _a) = (number, length, named, oid, a);
        _p = Parse(p);
        _b = Parse(b);
        _order = Convert.FromHexString(n);
    }

    /// <summary>Its number in the IANA registry "COSE Elliptic Curves".</summary>
    internal int Number { get; }

    /// <summary>Bytes of a coordinate, and of a number modulo n.</summary>
    internal int Length { get; }

    internal ECCurve Named { get; }

    internal string Oid { get; }

    /// <summary>Whether two coordinates of full length are a point of the curve. Infinity has no coordinates.</summary>
    internal bool Contains(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y)
    {
        if (x.Length != Length || y.Length != Length)
        {
            return false;
        }

        var xn = new BigInteger(x, isUnsigned: true, isBigEndian: true);
        var yn = new BigInteger(y, isUnsigned: true, isBigEndian: true);
        return xn < _p && yn < _p && ((yn * yn) - (xn * xn * xn) - (_a * xn) - _b) % _p == 0;
    }

    /// <summary>Whether a number of full length is in [1, n-1], as both halves of a signature must be (CVE-2022-21449).</summary>
    internal bool IsScalar(ReadOnlySpan<byte> number)
        => number.ContainsAnyExcept((byte)0) && number.SequenceCompareTo(_order) < 0;

    private static BigInteger Parse(string hex) => BigInteger.Parse("0" + hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
