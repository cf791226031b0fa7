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

    /// <summary>ECDSA with SHA-384; in WebAuthn always on P-384 (§5.8.5).</summary>
    ES384 = -35,

    /// <summary>ECDSA with SHA-512; in WebAuthn always on P-521 (§5.8.5).</summary>
    ES512 = -36,

    /// <summary>RSASSA-PSS with SHA-256 and a salt of 32 bytes (RFC 8230).</summary>
    PS256 = -37,

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8812).</summary>
    RS256 = -257,
}
