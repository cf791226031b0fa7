using System.Numerics;
using System.Security.Cryptography;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Signatures;

/// <summary>RS256 (RFC 8812) and PS256 (RFC 8230), told apart by the algorithm alone.</summary>
internal sealed class RsaKey : VerificationKey
{
    private const int ShortestModulus = 2048;
    private const int LongestModulus = 8192;
    private const int LongestExponentInBytes = 8;

    private readonly int _length;
    private readonly RSASignaturePadding _padding;
    private readonly Pooled<RSA> _keys;

    internal RsaKey(CoseAlgorithm algorithm, byte[] modulus, byte[] exponent, RSASignaturePadding padding)
    {
        (Algorithm, _length, _padding) = (algorithm, modulus.Length, padding);
        var parameters = new RSAParameters { Modulus = modulus, Exponent = exponent };
        _keys = new Pooled<RSA>(() => RSA.Create(parameters));
    }

    internal override CoseAlgorithm Algorithm { get; }

    /// <summary>n odd, of 2048 to 8192 bits; e odd, 3 at least, of 64 bits at most; both in the fewest bytes (RFC 8230 §4).</summary>
    internal static bool IsUsable(ReadOnlySpan<byte> modulus, ReadOnlySpan<byte> exponent)
    {
        if (modulus.IsEmpty || modulus.Length > LongestModulus / 8 || exponent.IsEmpty || exponent.Length > LongestExponentInBytes)
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
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(data, hash);
        var key = _keys.Rent();
        var isValid = key.VerifyHash(hash, signature, HashAlgorithmName.SHA256, _padding);
        _keys.Return(key);
        Require(isValid, WebAuthnError.SignatureInvalid);
    }
}
