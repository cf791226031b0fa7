using System.Numerics;
using System.Security.Cryptography;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Signatures;

/// <summary>RS256 and its kin (RFC 8812), PS256 and its kin (RFC 8230), told apart by the algorithm alone.</summary>
/// <remarks>The salt of RSASSA-PSS is as long as the hash, which is what the platform demands.</remarks>
internal sealed class RsaKey : VerificationKey
{
    private const int ShortestModulus = 2048;
    private const int LongestModulus = 8192;
    private const int LongestExponentInBytes = 8;

    private readonly int _length;
    private readonly HashAlgorithmName _hash;
    private readonly RSASignaturePadding _padding;
    private readonly Pooled<RSA> _keys;

    internal RsaKey(CoseAlgorithm algorithm, byte[] modulus, byte[] exponent, HashAlgorithmName hash, RSASignaturePadding padding)
    {
        (Algorithm, _length, _hash, _padding) = (algorithm, modulus.Length, hash, padding);
        var parameters = new RSAParameters { Modulus = modulus, Exponent = exponent };
        _keys = new Pooled<RSA>(() => RSA.Create(parameters));
    }

    internal override CoseAlgorithm Algorithm { get; }

    /// <summary>n odd, of 2048 to 8192 bits; e odd, 3 at least, of 64 bits at most; both in the fewest bytes (RFC 8230 §4).</summary>
    internal static bool IsUsable(ReadOnlySpan<byte> modulus, ReadOnlySpan<byte> exponent)
    {
        if (modulus.IsEmpty || exponent.IsEmpty || exponent.Length > LongestExponentInBytes)
        {
            return false;
        }

        var bits = (modulus.Length * 8) - BitOperations.LeadingZeroCount(modulus[0]) + 24;
        return modulus[0] != 0 && bits is >= ShortestModulus and <= LongestModulus && (modulus[^1] & 1) == 1
            && exponent[0] != 0 && (exponent[^1] & 1) == 1 && !(exponent.Length == 1 && exponent[0] < 3);
    }

    internal override void Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        Require(signature.Length == _length, WebAuthnError.SignatureEncoding, "The signature is not as long as the modulus.");
        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        hash = hash[..CryptographicOperations.HashData(_hash, data, hash)];
        var key = _keys.Rent();
        var isValid = key.VerifyHash(hash, signature, _hash, _padding);
        _keys.Return(key);
        Require(isValid, WebAuthnError.SignatureInvalid);
    }
}
