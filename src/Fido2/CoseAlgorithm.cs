namespace Moi.Identity.Fido2;

/// <summary>
/// COSE algorithm identifiers (IANA "COSE Algorithms") that the engine can verify; WebAuthn Level 3 §5.8.5.
/// </summary>
/// <remarks>The number is what travels on the wire. There is no zero value: an algorithm is always named.</remarks>
public enum CoseAlgorithm
{
    /// <summary>Not an algorithm; never offered and never accepted.</summary>
    None = 0,

    /// <summary>ECDSA with SHA-256; in WebAuthn always on P-256 (§5.8.5).</summary>
    ES256 = -7,

    /// <summary>EdDSA; in WebAuthn always Ed25519 (§5.8.5).</summary>
    EdDSA = -8,

    /// <summary>ECDSA with SHA-256 on P-256 (RFC 9864). §5.4: offer <see cref="ES256"/> instead, which says the same.</summary>
    ESP256 = -9,

    /// <summary>Ed25519 (RFC 9864). §5.4: offer <see cref="EdDSA"/> instead, which says the same.</summary>
    Ed25519 = -19,

    /// <summary>ECDSA with SHA-384; in WebAuthn always on P-384 (§5.8.5).</summary>
    ES384 = -35,

    /// <summary>ECDSA with SHA-512; in WebAuthn always on P-521 (§5.8.5).</summary>
    ES512 = -36,

    /// <summary>RSASSA-PSS with SHA-256 and a salt of 32 bytes (RFC 8230).</summary>
    PS256 = -37,

    /// <summary>RSASSA-PSS with SHA-384 and a salt of 48 bytes (RFC 8230).</summary>
    PS384 = -38,

    /// <summary>RSASSA-PSS with SHA-512 and a salt of 64 bytes (RFC 8230).</summary>
    PS512 = -39,

    /// <summary>ECDSA with SHA-256 on secp256k1 (RFC 8812).</summary>
    ES256K = -47,

    /// <summary>ML-DSA-44 (FIPS 204), with public keys of 1312 bytes.</summary>
    MLDsa44 = -48,

    /// <summary>ML-DSA-65 (FIPS 204), with public keys of 1952 bytes.</summary>
    MLDsa65 = -49,

    /// <summary>ML-DSA-87 (FIPS 204), with public keys of 2592 bytes.</summary>
    MLDsa87 = -50,

    /// <summary>ECDSA with SHA-384 on P-384 (RFC 9864). §5.4: offer <see cref="ES384"/> instead, which says the same.</summary>
    ESP384 = -51,

    /// <summary>ECDSA with SHA-512 on P-521 (RFC 9864). §5.4: offer <see cref="ES512"/> instead, which says the same.</summary>
    ESP512 = -52,

    /// <summary>Ed448 (RFC 9864).</summary>
    Ed448 = -53,

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8812).</summary>
    RS256 = -257,

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-384 (RFC 8812).</summary>
    RS384 = -258,

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-512 (RFC 8812).</summary>
    RS512 = -259,

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-1 (RFC 8812, which deprecates it). SECURITY: a credential with it is accepted in
    /// <see cref="EngineMode.Conformance"/> alone.</summary>
    RS1 = -65535,
}
