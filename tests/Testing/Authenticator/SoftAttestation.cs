namespace Moi.Identity.Testing;

/// <summary>Which attestation statement a <see cref="SoftAuthenticator"/> makes.</summary>
public enum SoftAttestation
{
    /// <summary><c>none</c>.</summary>
    None,

    /// <summary><c>packed</c>, signed with the credential key.</summary>
    PackedSelf,

    /// <summary><c>packed</c>, signed with a certified batch key.</summary>
    PackedBasic,

    /// <summary><c>fido-u2f</c>; for ES256.</summary>
    FidoU2f,

    /// <summary><c>tpm</c>; for RSA and ECDSA on NIST curves.</summary>
    Tpm,

    /// <summary><c>android-key</c>.</summary>
    AndroidKey,

    /// <summary><c>android-safetynet</c>; needs <see cref="SafetyNetLies.Timestamp"/>.</summary>
    SafetyNet,

    /// <summary><c>apple</c>.</summary>
    Apple,

    /// <summary><c>compound</c> of self attestation and <c>apple</c>, or of <see cref="Lies.CompoundFormats"/>.</summary>
    Compound,
}
