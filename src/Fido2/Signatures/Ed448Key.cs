using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math.EC.Rfc8032;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Signatures;

/// <summary>Ed448 with an empty context; RFC 8032 §5.2 by Bouncy Castle.</summary>
internal sealed class Ed448Key(byte[] point) : VerificationKey
{
    // Immutable, so one serves every thread.
    private readonly Ed448PublicKeyParameters _key = new(point);

    internal override CoseAlgorithm Algorithm => CoseAlgorithm.Ed448;

    internal override void Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        Require(signature.Length == 2 * Ed448Point.Length, WebAuthnError.SignatureEncoding, "An Ed448 signature has 114 bytes.");
        Require(Ed448Point.IsScalar(signature[Ed448Point.Length..]), WebAuthnError.SignatureEncoding, "S is not below the group order.");
        var isValid = _key.Verify(Ed448.Algorithm.Ed448, [], data.ToArray(), 0, data.Length, signature.ToArray(), 0);
        Require(isValid, WebAuthnError.SignatureInvalid);
    }
}
