using NSec.Cryptography;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Signatures;

/// <summary>EdDSA with Ed25519; RFC 8032 §5.1 by NSec.</summary>
internal sealed class Ed25519Key(CoseAlgorithm algorithm, byte[] point) : VerificationKey
{
    // NSec's public keys are immutable, so one serves every thread.
    private readonly PublicKey _key = PublicKey.Import(SignatureAlgorithm.Ed25519, point, KeyBlobFormat.RawPublicKey);

    internal override CoseAlgorithm Algorithm { get; } = algorithm;

    internal override void Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        Require(signature.Length == 2 * Ed25519Point.Length, WebAuthnError.SignatureEncoding, "An Ed25519 signature has 64 bytes.");
        Require(Ed25519Point.IsScalar(signature[Ed25519Point.Length..]), WebAuthnError.SignatureEncoding, "S is not below the group order.");
        Require(SignatureAlgorithm.Ed25519.Verify(_key, data, signature), WebAuthnError.SignatureInvalid);
    }
}
