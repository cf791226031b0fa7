using System.Text.Json.Serialization;

namespace Moi.Identity.Fido2;

/// <summary>What an attestation statement proves about where a credential lives; WebAuthn Level 3 §6.5.3.</summary>
/// <remarks>The type says what the statement is, not whether anybody trusts its certificates: see
/// <see cref="CredentialRecord.IsAttestationTrusted"/>.</remarks>
[JsonConverter(typeof(JsonStringEnumConverter<AttestationType>))]
public enum AttestationType
{
    /// <summary>No attestation: nothing is known about the authenticator.</summary>
    None = 0,

    /// <summary>Signed with the credential's own key: possession is proven, the model is not.</summary>
    Self,

    /// <summary>Signed with a key that a batch of authenticators shares.</summary>
    Basic,

    /// <summary>Signed with a key that an attestation CA certified for this one device.</summary>
    AttCA,

    /// <summary>The credential key itself is certified by an anonymization CA.</summary>
    AnonCA,
}
