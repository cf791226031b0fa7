using System.Security.Cryptography;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Signatures;

/// <summary>ES256, ES384, ES512 (RFC 9053 §2.1 with the curves of §5.8.5), their fully specified twins, and ES256K (RFC 8812).</summary>
internal sealed class EcdsaKey : VerificationKey
{
    private readonly EllipticCurve _curve;
    private readonly HashAlgorithmName _hash;
    private readonly Pooled<ECDsa> _keys;

    internal EcdsaKey(CoseAlgorithm algorithm, EllipticCurve curve, byte[] x, byte[] y, HashAlgorithmName hash)
    {
        (Algorithm, _curve, _hash) = (algorithm, curve, hash);
        var parameters = new ECParameters { Curve = curve.Named, Q = new ECPoint { X = x, Y = y } };
        _keys = new Pooled<ECDsa>(() => ECDsa.Create(parameters));
    }

    internal override CoseAlgorithm Algorithm { get; }

    internal override void Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        Span<byte> rs = stackalloc byte[2 * _curve.Length];
        EcdsaSignature.ToFixedLength(signature, _curve, rs);
        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        hash = hash[..CryptographicOperations.HashData(_hash, data, hash)];
        var key = _keys.Rent();
        var isValid = key.VerifyHash(hash, rs);
        _keys.Return(key);
        Require(isValid, WebAuthnError.SignatureInvalid);
    }
}
