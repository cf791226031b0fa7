using System.Security.Cryptography;
using Moi.Identity.Fido2.Certificates;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests.Trust;

/// <summary>The keys of certificates that sign certificates, revocation lists and metadata.</summary>
public sealed class CertifiedKeyTests
{
    private static readonly byte[] Data = [1, 2, 3];

    [Fact(DisplayName = "R-SIG-6: a key verifies signatures of its own kind alone, and throws nothing")]
    public void Other_kinds()
    {
        var (ec, rsa, ed25519) = (Certified(-7), Certified(-257), Certified(-8));
        rsa.VerifyEcdsa(Data, new byte[64], HashAlgorithmName.SHA256).ShouldBeFalse();
        ed25519.VerifyEcdsa(Data, new byte[64], HashAlgorithmName.SHA256).ShouldBeFalse();
        ec.VerifyRsa(Data, new byte[32], HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).ShouldBeFalse();
        ed25519.VerifyRsa(Data, new byte[32], HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).ShouldBeFalse();
        ec.VerifyEd25519(Data, new byte[64]).ShouldBeFalse();
        rsa.VerifyEd25519(Data, new byte[64]).ShouldBeFalse();
    }

    /// <summary>Seen failing on 2026-11-27: whatever followed the algorithm, or the curve, was not looked at.</summary>
    [Theory(DisplayName = "RFC 5480 §2.1, RFC 8410 §3: a key that comes with parameters its algorithm does not have is none")]
    [InlineData(-7)]
    [InlineData(-36)]
    [InlineData(-257)]
    [InlineData(-8)]
    public void Parameters(int algorithm)
    {
        using var key = SoftKey.Create(algorithm);
        CertifiedKey.Read(PackedTests.WithParameters(key.SubjectPublicKeyInfo, own => own)).ShouldNotBeNull();
        CertifiedKey.Read(PackedTests.WithParameters(key.SubjectPublicKeyInfo, own => [.. own, 5, 0])).ShouldBeNull();
    }

    [Fact(DisplayName = "SEC 1 §4.1.4 step 1: r and s are in [1, n-1] (CVE-2022-21449)")]
    public void Scalars()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var certified = CertifiedKey.Read(key.ExportSubjectPublicKeyInfo()).ShouldNotBeNull();
        var signature = key.SignData(Data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        var (r, s, zero) = (signature[..32], signature[32..], new byte[32]);
        var n = Convert.FromHexString("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
        IsValid(r, s).ShouldBeTrue();
        foreach (var outside in new[] { zero, n, [.. Enumerable.Repeat((byte)0xFF, 32)] })
        {
            IsValid(outside, s).ShouldBeFalse();
            IsValid(r, outside).ShouldBeFalse();
            IsValid(outside, outside).ShouldBeFalse();
        }

        bool IsValid(byte[] first, byte[] second) => certified.VerifyEcdsa(Data, [.. first, .. second], HashAlgorithmName.SHA256);
    }

    [Theory(DisplayName = "RFC 8017 §8.1.2 and §8.2.2 step 1: a signature is as long as the modulus, and its first byte may be zero")]
    [InlineData(false)]
    [InlineData(true)]
    public void Rsa_length(bool isPss)
    {
        var padding = isPss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
        using var key = RSA.Create(2048);
        var certified = CertifiedKey.Read(key.ExportSubjectPublicKeyInfo()).ShouldNotBeNull();

        // One signature in 256 starts with a zero byte.
        byte[] data = [0, 0], signature;
        do
        {
            data = data[1] < 255 ? [data[0], (byte)(data[1] + 1)] : [(byte)(data[0] + 1), 0];
            signature = key.SignData(data, HashAlgorithmName.SHA256, padding);
        }
        while (signature[0] != 0);

        certified.VerifyRsa(data, signature, HashAlgorithmName.SHA256, padding).ShouldBeTrue();
        certified.VerifyRsa(data, signature.AsSpan(1), HashAlgorithmName.SHA256, padding).ShouldBeFalse();
        certified.VerifyRsa(data, [0, .. signature], HashAlgorithmName.SHA256, padding).ShouldBeFalse();
    }

    private static CertifiedKey Certified(int algorithm)
    {
        using var key = SoftKey.Create(algorithm);
        return CertifiedKey.Read(key.SubjectPublicKeyInfo).ShouldNotBeNull();
    }
}
