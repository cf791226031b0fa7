using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Signatures;

/// <summary>ML-DSA-44, -65 and -87 with an empty context; FIPS 204 §5.3 and COSE "ML-DSA for JOSE and COSE".</summary>
/// <remarks>By the platform, which needs OpenSSL 3.5, or else by Bouncy Castle.</remarks>
internal sealed class MLDsaKey : VerificationKey
{
    private readonly MLDsaParameterSet _set;
    private readonly Pooled<MLDsa>? _keys;
    private readonly MLDsaPublicKeyParameters? _key;

    internal MLDsaKey(MLDsaParameterSet set, byte[] publicKey)
    {
        _set = set;
        if (MLDsa.IsSupported)
        {
            _keys = new Pooled<MLDsa>(() => MLDsa.ImportMLDsaPublicKey(set.Platform, publicKey));
        }
        else
        {
            // Immutable, so one serves every thread.
            _key = MLDsaPublicKeyParameters.FromEncoding(set.Bouncy, publicKey);
        }
    }

    internal override CoseAlgorithm Algorithm => _set.Algorithm;

    internal override void Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        Require(signature.Length == _set.SignatureLength, WebAuthnError.SignatureEncoding, "Not as long as an ML-DSA signature.");
        Require(_keys is null ? VerifyByBouncyCastle(data, signature) : VerifyByPlatform(data, signature), WebAuthnError.SignatureInvalid);
    }

    private bool VerifyByPlatform(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        var key = _keys!.Rent();
        var isValid = key.VerifyData(data, signature);
        _keys.Return(key);
        return isValid;
    }

    private bool VerifyByBouncyCastle(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        var signer = new MLDsaSigner(_set.Bouncy, deterministic: true);
        signer.Init(forSigning: false, _key!);
        signer.BlockUpdate(data);
        return signer.VerifySignature(signature.ToArray());
    }
}
