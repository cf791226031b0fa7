using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests.Formats;

/// <summary>§8.8, "Apple Anonymous Attestation Statement Format".</summary>
public sealed class AppleTests
{
    private static SoftAuthenticator Apple => new() { Attestation = SoftAttestation.Apple };

    [Fact(DisplayName = "§8.8 step 6: the type is an anonymization CA's")]
    public void Good()
    {
        var record = new GoodRegistration { Authenticator = Apple }.Run().ShouldSucceed();
        (record.AttestationFormat, record.AttestationType, record.TrustPathThumbprints.Count).ShouldBe(("apple", AttestationType.AnonCA, 1));
    }

    [Theory(DisplayName = "§8.8 step 1: the statement has x5c; alg, which old devices write, is tolerated")]
    [InlineData("x5c", WebAuthnError.AppleMembers)]
    [InlineData("+sig", WebAuthnError.AppleMembers)]
    [InlineData("+alg", WebAuthnError.None)]
    [InlineData("x5c is text", WebAuthnError.AppleX5c)]
    [InlineData("x5c is empty", WebAuthnError.AppleX5c)]
    [InlineData("x5c has text", WebAuthnError.AppleX5c)]
    public void Members(string change, WebAuthnError expected)
    {
        var result = new GoodRegistration { Authenticator = Apple, Lies = new Lies { StatementMembers = members => StatementChanges.Apply(members, change) } }.Run();
        (result.Failure?.Error ?? WebAuthnError.None).ShouldBe(expected);
    }

    [Theory(DisplayName = "§8.8 step 4: the nonce in the certificate is that of this ceremony, in exactly one shape")]
    [MemberData(nameof(Nonces))]
    public void Nonce(string what, AppleLies lies)
        => new GoodRegistration { Authenticator = Apple, Lies = new Lies { Apple = lies } }.Run().Failure.ShouldNotBeNull(what).Error.ShouldBe(WebAuthnError.AppleNonce, what);

    public static TheoryData<string, AppleLies> Nonces() => new()
    {
        { "another nonce", new AppleLies { Nonce = new byte[32] } },
        { "an empty nonce", new AppleLies { Nonce = [] } },
        { "no extension", new AppleLies { LeaveOutExtension = true } },
        { "bytes after it", new AppleLies { Extension = value => [.. value, 0] } },
        { "the bare octets", new AppleLies { Extension = value => value[^32..] } },
        { "another tag", new AppleLies { Extension = value => Der.Sequence(Der.Tagged(2, value[4..])) } },
        { "two members", new AppleLies { Extension = value => Der.Sequence(value[2..], Der.Number(1)) } },
        { "two nonces", new AppleLies { Extension = value => Der.Sequence(Der.Tagged(1, value[4..], value[4..])) } },
        { "no DER", new AppleLies { Extension = _ => [0x30, 0x80] } },
    };

    [Fact(DisplayName = "§8.8 steps 2 to 4: the nonce covers client data and authenticator data")]
    public void Nonce_covers()
    {
        new GoodRegistration { Authenticator = Apple, Lies = new Lies { ClientDataAfterwards = json => [.. json, (byte)' '] } }
            .Run().ShouldBeRefused(WebAuthnError.AppleNonce);
        new GoodRegistration { Authenticator = Apple, Lies = new Lies { AuthenticatorDataAfterwards = data => [.. data[..36], 1, .. data[37..]] } }
            .Run().ShouldBeRefused(WebAuthnError.AppleNonce);
    }

    [Theory(DisplayName = "§8.8 step 5: the certified key is the credential's")]
    [InlineData(-7)]
    [InlineData(-257)]
    public void Key(int algorithm)
    {
        using var other = SoftKey.Create(algorithm);
        new GoodRegistration { Authenticator = Apple, Lies = new Lies { Apple = new AppleLies { CertifiedKey = other } } }
            .Run().ShouldBeRefused(WebAuthnError.AppleKey);
    }

    [Fact(DisplayName = "§8.8 step 5: the whole key: neither its x nor its modulus is enough")]
    public void Half_a_key()
    {
        WebAuthnError Verdict(byte[] coseKey, SoftKey certified)
            => new GoodRegistration { Authenticator = Apple, Lies = new Lies { CoseKey = coseKey, Apple = new AppleLies { CertifiedKey = certified } } }
                .Run().Failure?.Error ?? WebAuthnError.None;

        using var credential = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var q = credential.ExportParameters(includePrivateParameters: false).Q;
        var p = BigInteger.Parse("0ffffffff00000001000000000000000000000000ffffffffffffffffffffffff", NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        var y = (p - new BigInteger(q.Y, isUnsigned: true, isBigEndian: true)).ToByteArray(isUnsigned: true, isBigEndian: true);
        byte[] negated = [.. new byte[32 - y.Length], .. y];
        byte[] Cose(byte[] second) => Cbor.Map((1, Cbor.Number(2)), (3, Cbor.Number(-7)), (-1, Cbor.Number(1)), (-2, Cbor.Bytes(q.X)), (-3, Cbor.Bytes(second)));
        using var certified = new Certified(credential.ExportSubjectPublicKeyInfo());
        Verdict(Cose(q.Y!), certified).ShouldBe(WebAuthnError.None);
        Verdict(Cose(negated), certified).ShouldBe(WebAuthnError.AppleKey);

        using var rsa = SoftKey.Create(-257);
        using var otherRsa = SoftKey.Create(-257);
        Verdict(rsa.CoseKey, rsa).ShouldBe(WebAuthnError.None);
        Verdict(rsa.CoseKey, otherRsa).ShouldBe(WebAuthnError.AppleKey);
    }

    [Fact(DisplayName = "§8.8: every certificate is one")]
    public void Rest()
        => new GoodRegistration { Authenticator = Apple, Lies = new Lies { Certificates = [SoftAttestationAuthority.Default(Guid.Empty).Root, [0x30, 0]] } }
            .Run().ShouldBeRefused(WebAuthnError.CertificateParse);

    /// <summary>A key to be certified, which signs nothing.</summary>
    private sealed class Certified(byte[] publicKeyInfo) : SoftKey
    {
        public override int Algorithm => -7;

        public override byte[] CoseKey => [];

        public override byte[] SubjectPublicKeyInfo => publicKeyInfo;

        public override byte[] Sign(byte[] data) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
        }
    }
}
