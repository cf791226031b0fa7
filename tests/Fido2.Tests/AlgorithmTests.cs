using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests;

/// <summary>The algorithms beyond ES256, EdDSA and RS256: §5.8.5, RFC 8812, RFC 8230, RFC 9864, FIPS 204.</summary>
public sealed class AlgorithmTests
{
    public static TheoryData<int> Every => [.. SoftKey.Algorithms];

    [Theory(DisplayName = "§5.8.5: a passkey of every algorithm is registered and used")]
    [MemberData(nameof(Every))]
    public void Every_algorithm(int algorithm)
    {
        var test = new GoodAuthentication { Authenticator = new SoftAuthenticator { Algorithms = [algorithm] } };
        var record = test.Register();
        record.Algorithm.ShouldBe((CoseAlgorithm)algorithm);
        test.Run(record).ShouldSucceed();
        (test with { Lies = new Lies { Signature = made => [.. made[..^1], (byte)(made[^1] ^ 1)] } }).Run(record).Succeeded.ShouldBeFalse();
        (test with { Lies = new Lies { Signature = made => [.. made, 0] } }).Run(record).ShouldBeRefused(WebAuthnError.SignatureEncoding);
        (test with { Lies = new Lies { Signature = made => made[..^1] } }).Run(record).ShouldBeRefused(WebAuthnError.SignatureEncoding);
        (test with { Lies = new Lies { Signature = _ => [] } }).Run(record).ShouldBeRefused(WebAuthnError.SignatureEncoding);
        using var other = SoftKey.Create(algorithm);
        (test with { Lies = new Lies { SigningKey = other } }).Run(record).ShouldBeRefused(WebAuthnError.SignatureInvalid);
        (test with { Lies = new Lies { AuthenticatorDataAfterwards = data => [.. data[..36], (byte)(data[36] + 1)] } })
            .Run(record).ShouldBeRefused(WebAuthnError.SignatureInvalid);
    }

    [Theory(DisplayName = "§7.1 step 20: twins of one meaning are two algorithms, and the one that was offered counts")]
    [InlineData(-7, -9)]
    [InlineData(-9, -7)]
    [InlineData(-8, -19)]
    [InlineData(-19, -8)]
    [InlineData(-35, -51)]
    [InlineData(-36, -52)]
    public void Twins(int offered, int used)
        => new GoodRegistration { Algorithms = [(CoseAlgorithm)offered], Lies = new Lies { Algorithm = used } }
            .Run().ShouldBeRefused(WebAuthnError.KeyAlgorithmNotOffered);

    [Fact(DisplayName = "R-OPT-1: what is offered by default")]
    public void Default_offer()
        => RegistrationRequest.DefaultAlgorithms.ShouldBe([CoseAlgorithm.EdDSA, CoseAlgorithm.ES256, CoseAlgorithm.RS256]);

    [Fact(DisplayName = "R-OPT-1: RS1 is for conformance tests alone")]
    public void Rs1()
    {
        var authenticator = new SoftAuthenticator { Algorithms = [-65535], Attestation = SoftAttestation.PackedSelf };
        Should.Throw<ArgumentException>(() => new GoodRegistration { Algorithms = [CoseAlgorithm.RS1] }.Begin());
        var conformance = new GoodRegistration { Mode = EngineMode.Conformance, Authenticator = authenticator };
        var started = conformance.Begin();
        var answer = System.Text.Encoding.UTF8.GetBytes(conformance.Answer(started));
        var record = conformance.Registration.Finish(started.State, answer).ShouldSucceed();
        (conformance with { Mode = EngineMode.Specification }).Registration.Finish(started.State, answer)
            .ShouldBeRefused(WebAuthnError.KeyAlgorithmUnsupported);

        var test = new GoodAuthentication { Authenticator = authenticator };
        test.Run(record).ShouldBeRefused(WebAuthnError.KeyAlgorithmUnsupported);
        (test with { Mode = EngineMode.Conformance }).Run(record).ShouldSucceed();
    }

    [Theory(DisplayName = "§6.5.1: the members and the length of an ML-DSA key")]
    [InlineData(-48, 1312)]
    [InlineData(-49, 1952)]
    [InlineData(-50, 2592)]
    public void MLDsa_keys(int algorithm, int length)
    {
        byte[] Akp(params (long, byte[])[] rest) => Cbor.Map([(1, Cbor.Number(7)), (3, Cbor.Number(algorithm)), .. rest]);
        void Refused(byte[] key, WebAuthnError expected) => new GoodRegistration { Lies = new Lies { CoseKey = key } }.Run().ShouldBeRefused(expected);
        var pub = Cbor.Bytes(new byte[length]);

        new GoodRegistration { Lies = new Lies { CoseKey = Akp((-1, pub)) } }.Run().ShouldSucceed();
        Refused(Akp((-1, Cbor.Bytes(new byte[length - 1]))), WebAuthnError.KeyLength);
        Refused(Akp((-1, Cbor.Bytes(new byte[length + 1]))), WebAuthnError.KeyLength);
        Refused(Akp(), WebAuthnError.KeyMembers);
        Refused(Akp((-1, Cbor.Number(6))), WebAuthnError.KeyMembers);
        Refused(Akp((-1, pub), (-2, Cbor.Bytes(new byte[32]))), WebAuthnError.KeyPrivate);
        Refused(Akp((-1, pub), (-3, Cbor.Bytes(new byte[32]))), WebAuthnError.KeyMembers);
        Refused(Akp((-1, pub), (-4, Cbor.Bytes(new byte[32]))), WebAuthnError.KeyMembers);
        Refused(Cbor.Map((1, Cbor.Number(1)), (3, Cbor.Number(algorithm)), (-1, Cbor.Number(6)), (-2, Cbor.Bytes(new byte[32]))), WebAuthnError.KeyType);
    }

    [Theory(DisplayName = "RFC 8032 §5.2: which Ed448 points are keys")]
    [InlineData("00", false, "y = 0, of order 4")]
    [InlineData("01", false, "y = 1, the neutral point")]
    [InlineData("02", false, "not on the curve")]
    [InlineData("fe", false, "y = p - 1, of order 2")]
    [InlineData("ff", false, "y = p, not canonical")]
    [InlineData("base", true, "the base point")]
    [InlineData("base with a stray bit", false, "the last byte holds the sign alone")]
    [InlineData("short", false, "56 bytes")]
    public void Ed448_points(string which, bool isUsable, string what)
    {
        var p = Enumerable.Repeat((byte)0xFF, 56).ToArray();
        p[28] = 0xFE;
        var basePoint = Convert.FromHexString("14fa30f25b790898adc8d74e2c13bdfdc4397ce61cffd33ad7c2a0051e9c78874098a36c7373ea4b62c7c9563720768824bcb66e71463f6900");
        byte[] point = which switch
        {
            "fe" => [0xFE, .. p[1..], 0],
            "ff" => [.. p, 0],
            "base" => basePoint,
            "base with a stray bit" => [.. basePoint[..56], 1],
            "short" => basePoint[..56],
            _ => [Convert.FromHexString(which)[0], .. new byte[56]],
        };
        var key = Cbor.Map((1, Cbor.Number(1)), (3, Cbor.Number(-53)), (-1, Cbor.Number(7)), (-2, Cbor.Bytes(point)));
        var error = new GoodRegistration { Lies = new Lies { CoseKey = key } }.Run().Failure?.Error ?? WebAuthnError.None;
        error.ShouldBe(isUsable ? WebAuthnError.None : WebAuthnError.KeyPoint, what);
    }

    [Fact(DisplayName = "§5.8.5: Ed25519's number on Ed448's curve, and the other way round")]
    public void Edwards_curves()
    {
        void Refused(int algorithm, int curve, int length) => new GoodRegistration
        {
            Lies = new Lies { CoseKey = Cbor.Map((1, Cbor.Number(1)), (3, Cbor.Number(algorithm)), (-1, Cbor.Number(curve)), (-2, Cbor.Bytes(new byte[length]))) },
        }.Run().ShouldBeRefused(WebAuthnError.KeyCurve);
        Refused(-53, 6, 32);
        Refused(-19, 7, 57);
    }

    [Fact(DisplayName = "RFC 8032 §5.2.7: an Ed448 signature has S below the group order (W23)")]
    public void Ed448_signatures()
    {
        var test = new GoodAuthentication { Authenticator = new SoftAuthenticator { Algorithms = [-53] } };
        var record = test.Register();
        var order = System.Numerics.BigInteger.Pow(2, 446)
            - System.Numerics.BigInteger.Parse("13818066809895115352007386748515426880336692474882178609894547503885", System.Globalization.CultureInfo.InvariantCulture);
        byte[] PlusOrder(byte[] s)
        {
            var sum = new byte[57];
            (new System.Numerics.BigInteger(s, isUnsigned: true) + order).TryWriteBytes(sum, out _, isUnsigned: true).ShouldBeTrue();
            return sum;
        }

        (test with { Lies = new Lies { Signature = made => [.. made[..57], .. PlusOrder(made[57..])] } })
            .Run(record).ShouldBeRefused(WebAuthnError.SignatureEncoding);
    }

    [Fact(DisplayName = "§5.8.5: ES256K is on secp256k1 and nowhere else")]
    public void Secp256k1()
    {
        using var p256 = SoftKey.Create(-7);
        var cose = p256.CoseKey;
        byte[] Key(int curve) => Cbor.Map(
            (1, Cbor.Number(2)), (3, Cbor.Number(-47)), (-1, Cbor.Number(curve)), (-2, Cbor.Bytes(cose.AsSpan(^67..^35))), (-3, Cbor.Bytes(cose.AsSpan(^32..))));
        new GoodRegistration { Lies = new Lies { CoseKey = Key(1) } }.Run().ShouldBeRefused(WebAuthnError.KeyCurve);
        new GoodRegistration { Lies = new Lies { CoseKey = Key(8) } }.Run().ShouldBeRefused(WebAuthnError.KeyPoint);
    }

    [Theory(DisplayName = "§8.2 step 2: batch keys of every algorithm")]
    [MemberData(nameof(Every))]
    public void Batch_keys(int algorithm)
    {
        var authority = new SoftAttestationAuthority(new SoftAuthenticator().Aaguid, new CertificateShape { Algorithm = algorithm });
        new GoodRegistration { Authenticator = new SoftAuthenticator { Attestation = SoftAttestation.PackedBasic, Authority = authority } }.Run().ShouldSucceed();
    }
}
