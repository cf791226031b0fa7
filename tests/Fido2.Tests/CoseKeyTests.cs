using System.Numerics;
using Moi.Identity.Fido2.Data;
using Moi.Identity.Fido2.Signatures;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests;

/// <summary>Credential public keys: §5.8.5, §6.5.1, RFC 9053 §7, RFC 8230 §4, RFC 8032. W23's keys are here.</summary>
public sealed class CoseKeyTests
{
    private static readonly byte[] X = Convert.FromHexString("65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d");
    private static readonly byte[] Y = Convert.FromHexString("1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c");
    private static readonly byte[] Modulus = [0xC5, .. Enumerable.Repeat((byte)0x5A, 254), 0x01];

    [Theory(DisplayName = "§6.5.1: the key has exactly the members of its type, in canonical CBOR")]
    [MemberData(nameof(Keys))]
    public void Keys_are_checked(string what, byte[] key, WebAuthnError expected)
    {
        var result = new GoodRegistration { Lies = new Lies { CoseKey = key } }.Run();
        (result.Failure?.Error ?? WebAuthnError.None).ShouldBe(expected, what);
    }

    public static TheoryData<string, byte[], WebAuthnError> Keys() => new()
    {
        { "the key of §6.5.1.1", Ec2((-2, Cbor.Bytes(X)), (-3, Cbor.Bytes(Y))), WebAuthnError.None },
        { "not a map", Cbor.Array(), WebAuthnError.KeyMembers },
        { "empty", Cbor.Map(Array.Empty<(long, byte[])>()), WebAuthnError.KeyMembers },
        { "no kty", Cbor.Map((3, Cbor.Number(-7)), (-1, Cbor.Number(1)), (-2, Cbor.Bytes(X)), (-3, Cbor.Bytes(Y))), WebAuthnError.KeyMembers },
        { "no alg", Cbor.Map((1, Cbor.Number(2)), (-1, Cbor.Number(1)), (-2, Cbor.Bytes(X)), (-3, Cbor.Bytes(Y))), WebAuthnError.KeyMembers },
        { "no crv", Cbor.Map((1, Cbor.Number(2)), (3, Cbor.Number(-7)), (-2, Cbor.Bytes(X)), (-3, Cbor.Bytes(Y))), WebAuthnError.KeyMembers },
        { "no x", Ec2((-3, Cbor.Bytes(Y))), WebAuthnError.KeyMembers },
        { "no y", Ec2((-2, Cbor.Bytes(X))), WebAuthnError.KeyMembers },
        { "kid", Cbor.Map((1, Cbor.Number(2)), (2, Cbor.Bytes(X)), (3, Cbor.Number(-7)), (-1, Cbor.Number(1)), (-2, Cbor.Bytes(X)), (-3, Cbor.Bytes(Y))), WebAuthnError.KeyMembers },
        { "key_ops", Cbor.Map((1, Cbor.Number(2)), (3, Cbor.Number(-7)), (4, Cbor.Array()), (-1, Cbor.Number(1)), (-2, Cbor.Bytes(X)), (-3, Cbor.Bytes(Y))), WebAuthnError.KeyMembers },
        { "a private key", Ec2((-2, Cbor.Bytes(X)), (-3, Cbor.Bytes(Y)), (-4, Cbor.Bytes(X))), WebAuthnError.KeyPrivate },
        { "an unknown member", Ec2((-2, Cbor.Bytes(X)), (-3, Cbor.Bytes(Y)), (-70, Cbor.Bytes(X))), WebAuthnError.KeyMembers },
        { "a text label", Cbor.Map((Cbor.Number(1), Cbor.Number(2)), (Cbor.Number(3), Cbor.Number(-7)), (Cbor.Text("a"), Cbor.Number(1))), WebAuthnError.KeyMembers },
        { "kty is text", Cbor.Map((1, Cbor.Text("EC2")), (3, Cbor.Number(-7)), (-1, Cbor.Number(1)), (-2, Cbor.Bytes(X)), (-3, Cbor.Bytes(Y))), WebAuthnError.KeyMembers },
        { "alg is text", Cbor.Map((1, Cbor.Number(2)), (3, Cbor.Text("ES256")), (-1, Cbor.Number(1)), (-2, Cbor.Bytes(X)), (-3, Cbor.Bytes(Y))), WebAuthnError.KeyMembers },
        { "alg is text, and nothing follows", Cbor.Map((1, Cbor.Number(2)), (3, Cbor.Text("ES256"))), WebAuthnError.KeyMembers },
        { "x is text", Ec2((-2, Cbor.Text("x")), (-3, Cbor.Bytes(Y))), WebAuthnError.KeyMembers },
        { "y is text", Ec2((-2, Cbor.Bytes(X)), (-3, Cbor.Text("y"))), WebAuthnError.KeyMembers },
        { "crv is bytes", Cbor.Map((1, Cbor.Number(2)), (3, Cbor.Number(-7)), (-1, Cbor.Bytes(X)), (-2, Cbor.Bytes(X)), (-3, Cbor.Bytes(Y))), WebAuthnError.KeyMembers },
        { "members out of order", Cbor.Map((3, Cbor.Number(-7)), (1, Cbor.Number(2)), (-1, Cbor.Number(1)), (-2, Cbor.Bytes(X)), (-3, Cbor.Bytes(Y))), WebAuthnError.KeyCbor },
        { "a member twice", Ec2((-2, Cbor.Bytes(X)), (-2, Cbor.Bytes(X)), (-3, Cbor.Bytes(Y))), WebAuthnError.KeyCbor },
        { "a number too long", Cbor.Map((Cbor.Number(1), [0x18, 2]), (Cbor.Number(3), Cbor.Number(-7)), (Cbor.Number(-1), Cbor.Number(1)), (Cbor.Number(-2), Cbor.Bytes(X)), (Cbor.Number(-3), Cbor.Bytes(Y))), WebAuthnError.KeyCbor },
        { "alg is 2^64 - 7, which is not -7", Cbor.Map((Cbor.Number(1), Cbor.Number(2)), (Cbor.Number(3), Cbor.Head(0, ulong.MaxValue - 6)), (Cbor.Number(-1), Cbor.Number(1)), (Cbor.Number(-2), Cbor.Bytes(X)), (Cbor.Number(-3), Cbor.Bytes(Y))), WebAuthnError.KeyCbor },
        { "kty is 2 - 2^64, which is not 2", Cbor.Map((Cbor.Number(1), Cbor.Head(1, ulong.MaxValue - 2)), (Cbor.Number(3), Cbor.Number(-7)), (Cbor.Number(-1), Cbor.Number(1)), (Cbor.Number(-2), Cbor.Bytes(X)), (Cbor.Number(-3), Cbor.Bytes(Y))), WebAuthnError.KeyCbor },
        { "an indefinite map", [0xBF, 0x01, 0x02, 0x03, 0x26, 0xFF], WebAuthnError.KeyCbor },
        { "kty OKP", Cbor.Map((1, Cbor.Number(1)), (3, Cbor.Number(-7)), (-1, Cbor.Number(1)), (-2, Cbor.Bytes(X)), (-3, Cbor.Bytes(Y))), WebAuthnError.KeyType },
        { "kty reserved", Cbor.Map((1, Cbor.Number(0)), (3, Cbor.Number(-7)), (-1, Cbor.Number(1)), (-2, Cbor.Bytes(X)), (-3, Cbor.Bytes(Y))), WebAuthnError.KeyType },
        { "crv P-384", Cbor.Map((1, Cbor.Number(2)), (3, Cbor.Number(-7)), (-1, Cbor.Number(2)), (-2, Cbor.Bytes(X)), (-3, Cbor.Bytes(Y))), WebAuthnError.KeyCurve },
        { "crv secp256k1", Cbor.Map((1, Cbor.Number(2)), (3, Cbor.Number(-7)), (-1, Cbor.Number(8)), (-2, Cbor.Bytes(X)), (-3, Cbor.Bytes(Y))), WebAuthnError.KeyCurve },
        { "compressed", Ec2((-2, Cbor.Bytes(X)), (-3, Cbor.Bool(true))), WebAuthnError.KeyPoint },
        { "x too short", Ec2((-2, Cbor.Bytes(X.AsSpan(1))), (-3, Cbor.Bytes(Y))), WebAuthnError.KeyPoint },
        { "x too long", Ec2((-2, Cbor.Bytes([0, .. X])), (-3, Cbor.Bytes(Y))), WebAuthnError.KeyPoint },
        { "y too short", Ec2((-2, Cbor.Bytes(X)), (-3, Cbor.Bytes(Y.AsSpan(1)))), WebAuthnError.KeyPoint },
        { "x and y too long", Ec2((-2, Cbor.Bytes([0, .. X])), (-3, Cbor.Bytes([0, .. Y]))), WebAuthnError.KeyPoint },
        { "y above p", Ec2((-2, Cbor.Bytes(X)), (-3, Cbor.Bytes([.. Enumerable.Repeat((byte)0xFF, 32)]))), WebAuthnError.KeyPoint },
        { "not on the curve", Ec2((-2, Cbor.Bytes(X)), (-3, Cbor.Bytes([.. Y[..31], 0x9D]))), WebAuthnError.KeyPoint },
        { "(0, 0)", Ec2((-2, Cbor.Bytes(new byte[32])), (-3, Cbor.Bytes(new byte[32]))), WebAuthnError.KeyPoint },
        { "x above p", Ec2((-2, Cbor.Bytes([.. Enumerable.Repeat((byte)0xFF, 32)])), (-3, Cbor.Bytes(Y))), WebAuthnError.KeyPoint },
        { "Ed25519 with y", Okp(Ed25519Base(), (-3, Cbor.Bytes(X))), WebAuthnError.KeyMembers },
        { "Ed25519 on P-256", Cbor.Map((1, Cbor.Number(1)), (3, Cbor.Number(-8)), (-1, Cbor.Number(1)), (-2, Cbor.Bytes(Ed25519Base()))), WebAuthnError.KeyCurve },
        { "Ed448 as EdDSA", Cbor.Map((1, Cbor.Number(1)), (3, Cbor.Number(-8)), (-1, Cbor.Number(7)), (-2, Cbor.Bytes(new byte[57]))), WebAuthnError.KeyCurve },
        { "Ed25519 as EC2", Cbor.Map((1, Cbor.Number(2)), (3, Cbor.Number(-8)), (-1, Cbor.Number(6)), (-2, Cbor.Bytes(Ed25519Base()))), WebAuthnError.KeyType },
        { "Ed25519 private", Okp(Ed25519Base(), (-4, Cbor.Bytes(X))), WebAuthnError.KeyPrivate },
        { "Ed25519", Okp(Ed25519Base()), WebAuthnError.None },
        { "Ed25519 of 31 bytes", Okp(Ed25519Base()[..31]), WebAuthnError.KeyPoint },
        { "Ed25519 not on the curve", Okp([2, .. new byte[31]]), WebAuthnError.KeyPoint },
        { "RSA", Rsa(Modulus, [1, 0, 1]), WebAuthnError.None },
        { "RSA of no bits", Rsa([], [1, 0, 1]), WebAuthnError.KeyRsa },
        { "RSA with an empty e", Rsa(Modulus, []), WebAuthnError.KeyRsa },
        { "RSA of 512 bits", Rsa([.. Modulus[..63], 1], [1, 0, 1]), WebAuthnError.KeyRsa },
        { "RSA of 2047 bits", Rsa([0x45, .. Modulus[1..]], [1, 0, 1]), WebAuthnError.KeyRsa },
        { "RSA of 8192 bits", Rsa([0xC5, .. new byte[1022], 1], [1, 0, 1]), WebAuthnError.None },
        { "RSA of 8200 bits", Rsa([0xC5, .. new byte[1023], 1], [1, 0, 1]), WebAuthnError.KeyRsa },
        { "RSA with an even modulus", Rsa([.. Modulus[..255], 0], [1, 0, 1]), WebAuthnError.KeyRsa },
        { "RSA with a leading zero", Rsa([0, .. Modulus], [1, 0, 1]), WebAuthnError.KeyRsa },
        { "RSA with e = 1", Rsa(Modulus, [1]), WebAuthnError.KeyRsa },
        { "RSA with e = 0", Rsa(Modulus, [0]), WebAuthnError.KeyRsa },
        { "RSA with e = 2", Rsa(Modulus, [2]), WebAuthnError.KeyRsa },
        { "RSA with e = 3", Rsa(Modulus, [3]), WebAuthnError.None },
        { "RSA with an even e", Rsa(Modulus, [1, 0, 0]), WebAuthnError.KeyRsa },
        { "RSA with a padded e", Rsa(Modulus, [0, 1, 0, 1]), WebAuthnError.KeyRsa },
        { "RSA with e of 72 bits", Rsa(Modulus, [1, .. new byte[7], 1]), WebAuthnError.KeyRsa },
        { "RSA without e", Cbor.Map((1, Cbor.Number(3)), (3, Cbor.Number(-257)), (-1, Cbor.Bytes(Modulus))), WebAuthnError.KeyMembers },
        { "RSA with crv", Cbor.Map((1, Cbor.Number(3)), (3, Cbor.Number(-257)), (-1, Cbor.Number(1)), (-2, Cbor.Bytes([1, 0, 1]))), WebAuthnError.KeyMembers },
        { "RSA with d", Cbor.Map((1, Cbor.Number(3)), (3, Cbor.Number(-257)), (-1, Cbor.Bytes(Modulus)), (-2, Cbor.Bytes([1, 0, 1])), (-3, Cbor.Bytes(Modulus))), WebAuthnError.KeyPrivate },
        { "RSA with p", Cbor.Map((1, Cbor.Number(3)), (3, Cbor.Number(-257)), (-1, Cbor.Bytes(Modulus)), (-2, Cbor.Bytes([1, 0, 1])), (-4, Cbor.Bytes(Modulus))), WebAuthnError.KeyPrivate },
        { "RSA as EC2", Cbor.Map((1, Cbor.Number(2)), (3, Cbor.Number(-257)), (-1, Cbor.Bytes(Modulus)), (-2, Cbor.Bytes([1, 0, 1]))), WebAuthnError.KeyType },
        { "SHA-1", Cbor.Map((1, Cbor.Number(3)), (3, Cbor.Number(-65535)), (-1, Cbor.Bytes(Modulus)), (-2, Cbor.Bytes([1, 0, 1]))), WebAuthnError.KeyAlgorithmNotOffered },
        { "RS512 of 2047 bits", Cbor.Map((1, Cbor.Number(3)), (3, Cbor.Number(-259)), (-1, Cbor.Bytes([0x45, .. Modulus[1..]])), (-2, Cbor.Bytes([1, 0, 1]))), WebAuthnError.KeyRsa },
        { "HMAC", Cbor.Map((1, Cbor.Number(4)), (3, Cbor.Number(5)), (-1, Cbor.Bytes(X))), WebAuthnError.KeyAlgorithmNotOffered },
    };

    [Fact(DisplayName = "§5.8.5: an algorithm the engine lacks is refused even if a state lists it")]
    public void An_unsupported_algorithm()
        => new GoodRegistration
        {
            State = state => state with { Algorithms = [-65535] },
            Lies = new Lies { CoseKey = Cbor.Map((1, Cbor.Number(3)), (3, Cbor.Number(-65535)), (-1, Cbor.Bytes(Modulus)), (-2, Cbor.Bytes([1, 0, 1]))) },
        }.Run().ShouldBeRefused(WebAuthnError.KeyAlgorithmUnsupported);

    [Theory(DisplayName = "RFC 8032 §5.1: points of low order and points that are not canonical are no keys (W23)")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")]
    [InlineData("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    public void Low_order_points(string point)
    {
        var bytes = Convert.FromHexString(point);
        new GoodRegistration { Lies = new Lies { CoseKey = Okp(bytes) } }.Run().ShouldBeRefused(WebAuthnError.KeyPoint);
        bytes[31] |= 0x80;
        new GoodRegistration { Lies = new Lies { CoseKey = Okp(bytes) } }.Run().ShouldBeRefused(WebAuthnError.KeyPoint);
    }

    [Fact(DisplayName = "RFC 8032 §5.1.2: an Ed25519 key has 32 bytes")]
    public void Ed25519_length()
    {
        // y = 3, which a byte less or more does not change.
        byte[] point = [3, .. new byte[31]];
        new GoodRegistration { Lies = new Lies { CoseKey = Okp(point) } }.Run().ShouldSucceed();
        foreach (var wrong in (byte[][])[[], point[..^1], [.. point, 0]])
        {
            new GoodRegistration { Lies = new Lies { CoseKey = Okp(wrong) } }.Run().ShouldBeRefused(WebAuthnError.KeyPoint);
            Ed25519Point.IsUsable(wrong).ShouldBeFalse();
        }
    }

    [Theory(DisplayName = "RFC 8032 §5.2: points of low order and points that are not canonical are no Ed448 keys")]
    [InlineData("y = 0", 0x00, 0x00, 0x00)]
    [InlineData("y = 1", 0x01, 0x00, 0x00)]
    [InlineData("y = p - 1", 0xFE, 0xFF, 0xFE)]
    [InlineData("y = p", 0xFF, 0xFF, 0xFE)]
    [InlineData("y = p + 1", 0x00, 0x00, 0xFF)]
    public void Low_order_points_of_Ed448(string what, int first, int low, int middle)
    {
        byte[] bytes = [(byte)first, .. Enumerable.Repeat((byte)low, 27), (byte)middle, .. Enumerable.Repeat((byte)(middle == 0 ? 0 : 0xFF), 27), 0];
        foreach (var sign in (byte[])[0x00, 0x80])
        {
            bytes[^1] = sign;
            new GoodRegistration { Lies = new Lies { CoseKey = Ed448Key(bytes) } }.Run().ShouldBeRefused(WebAuthnError.KeyPoint);
            Ed448Point.IsUsable(bytes).ShouldBeFalse(what);
        }
    }

    [Fact(DisplayName = "RFC 8032 §5.2: an Ed448 key has 57 bytes, the last with the sign of x and nothing else")]
    public void Ed448_length_and_sign()
    {
        // y = 3, which a byte less or more does not change.
        byte[] point = [3, .. new byte[56]];
        new GoodRegistration { Lies = new Lies { CoseKey = Ed448Key(point) } }.Run().ShouldSucceed();
        foreach (var wrong in (byte[][])[[], point[..^1], [.. point, 0], [.. point[..^1], 0x01], [.. point[..^1], 0x40]])
        {
            new GoodRegistration { Lies = new Lies { CoseKey = Ed448Key(wrong) } }.Run().ShouldBeRefused(WebAuthnError.KeyPoint);
            Ed448Point.IsUsable(wrong).ShouldBeFalse();
        }
    }

    [Theory(DisplayName = "§5.8.5: coordinates have full length on every curve, and lie on it")]
    [InlineData(-35, 2, 48)]
    [InlineData(-36, 3, 66)]
    public void Larger_curves(int algorithm, int curve, int length)
    {
        using var key = SoftKey.Create(algorithm);
        var y = key.CoseKey[^length..];
        var x = key.CoseKey[^((2 * length) + 3)..^(length + 3)];
        byte[] Key(byte[] first, byte[] second) => Cbor.Map(
            (1, Cbor.Number(2)), (3, Cbor.Number(algorithm)), (-1, Cbor.Number(curve)), (-2, Cbor.Bytes(first)), (-3, Cbor.Bytes(second)));

        new GoodRegistration { Lies = new Lies { CoseKey = Key(x, y) } }.Run().ShouldSucceed();
        new GoodRegistration { Lies = new Lies { CoseKey = Key(y, x) } }.Run().ShouldBeRefused(WebAuthnError.KeyPoint);
        new GoodRegistration { Lies = new Lies { CoseKey = Key(x[1..], y) } }.Run().ShouldBeRefused(WebAuthnError.KeyPoint);
    }

    [Fact(DisplayName = "SEC 1 §3.2.2.1: each coordinate has full length and is below p")]
    public void Coordinates()
    {
        // 66 bytes hold 528 bits, so that a coordinate plus p, which is the same modulo p, has full length too.
        const int Length = 66;
        using var key = SoftKey.Create(-36);
        var y = key.CoseKey[^Length..];
        var x = key.CoseKey[^((2 * Length) + 3)..^(Length + 3)];
        EllipticCurve.P521.Contains(x, y).ShouldBeTrue();
        EllipticCurve.P521.Contains([0, .. x], y).ShouldBeFalse();
        EllipticCurve.P521.Contains(x, [0, .. y]).ShouldBeFalse();
        EllipticCurve.P521.Contains(PlusP(x), y).ShouldBeFalse();
        EllipticCurve.P521.Contains(x, PlusP(y)).ShouldBeFalse();

        static byte[] PlusP(byte[] coordinate)
        {
            var sum = (new BigInteger(coordinate, isUnsigned: true, isBigEndian: true) + BigInteger.Pow(2, 521) - 1).ToByteArray(isUnsigned: true, isBigEndian: true);
            return [.. new byte[Length - sum.Length], .. sum];
        }
    }

    [Fact(DisplayName = "RFC 9052 §7: two keys are one only if their types, curves and numbers are, whatever their algorithms")]
    public void Same_keys()
    {
        var key = new CoseKey { KeyType = CoseKey.Ec2, Algorithm = -7, Curve = 1, First = X, Second = Y };
        key.IsSameKeyAs(key with { Algorithm = -9 }).ShouldBeTrue();
        key.IsSameKeyAs(key with { KeyType = CoseKey.Okp }).ShouldBeFalse();
        key.IsSameKeyAs(key with { Curve = 8 }).ShouldBeFalse();
        key.IsSameKeyAs(key with { First = Y }).ShouldBeFalse();
        key.IsSameKeyAs(key with { Second = X }).ShouldBeFalse();
    }

    [Fact(DisplayName = "RFC 8032: every key that NSec makes is a usable point")]
    public void Made_keys_are_usable()
    {
        for (var i = 0; i < 50; i++)
        {
            using var key = SoftKey.Create(-8);
            new GoodRegistration { Lies = new Lies { CoseKey = key.CoseKey } }.Run().ShouldSucceed();
        }
    }

    private static byte[] Ec2(params (long Label, byte[] Value)[] rest)
        => Cbor.Map([(1, Cbor.Number(2)), (3, Cbor.Number(-7)), (-1, Cbor.Number(1)), .. rest]);

    private static byte[] Okp(byte[] x, params (long Label, byte[] Value)[] rest)
        => Cbor.Map([(1, Cbor.Number(1)), (3, Cbor.Number(-8)), (-1, Cbor.Number(6)), (-2, Cbor.Bytes(x)), .. rest]);

    private static byte[] Ed448Key(byte[] x)
        => Cbor.Map((1, Cbor.Number(1)), (3, Cbor.Number(-53)), (-1, Cbor.Number(7)), (-2, Cbor.Bytes(x)));

    private static byte[] Rsa(byte[] n, byte[] e)
        => Cbor.Map((1, Cbor.Number(3)), (3, Cbor.Number(-257)), (-1, Cbor.Bytes(n)), (-2, Cbor.Bytes(e)));

    /// <summary>The base point: y = 4/5.</summary>
    private static byte[] Ed25519Base() => [0x58, .. Enumerable.Repeat((byte)0x66, 31)];
}
