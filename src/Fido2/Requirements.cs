using System.Text.Json.Serialization;

namespace Moi.Identity.Fido2;

/// <summary>Whether the authenticator must verify its user by PIN or biometric; WebAuthn Level 3 §5.8.6.</summary>
/// <remarks>The zero value is the strictest.</remarks>
[JsonConverter(typeof(JsonStringEnumConverter<UserVerificationRequirement>))]
public enum UserVerificationRequirement
{
    /// <summary>A response without the UV flag is refused.</summary>
    Required = 0,

    /// <summary>Asked for; a response without it is accepted.</summary>
    Preferred,

    /// <summary>Not wanted, so that the ceremony stays quick.</summary>
    Discouraged,
}

/// <summary>Whether the credential must be discoverable, so that no user name is needed; WebAuthn Level 3 §5.4.6.</summary>
/// <remarks>The zero value is the strictest.</remarks>
[JsonConverter(typeof(JsonStringEnumConverter<ResidentKeyRequirement>))]
public enum ResidentKeyRequirement
{
    /// <summary>A response that reports <c>credProps.rk=false</c> is refused.</summary>
    Required = 0,

    /// <summary>Asked for; a credential that is not discoverable is accepted.</summary>
    Preferred,

    /// <summary>Not wanted.</summary>
    Discouraged,
}

/// <summary>What the relying party asks the client to convey about the authenticator; WebAuthn Level 3 §5.4.7.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AttestationConveyance>))]
public enum AttestationConveyance
{
    /// <summary>Nothing is asked for. A statement that arrives nevertheless is verified.</summary>
    None = 0,

    /// <summary>The client may replace the statement by an anonymized one.</summary>
    Indirect,

    /// <summary>The statement as the authenticator made it.</summary>
    Direct,

    /// <summary>A statement that may identify the single device; only for authenticators the organisation owns.</summary>
    Enterprise,
}

/// <summary>Which attestation a registration accepts, from the strictest down; §7.1 step 24.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AttestationAcceptance>))]
public enum AttestationAcceptance
{
    /// <summary>Only an attestation whose certificates lead to a trust anchor. Without anchors nothing is accepted.</summary>
    Trusted = 0,

    /// <summary>Any attestation made with certificates, whether or not they lead to an anchor.</summary>
    Certified,

    /// <summary>Self attestation too: possession of the key was proven.</summary>
    SelfOrBetter,

    /// <summary>No attestation is needed; one that arrives is verified all the same.</summary>
    Any,
}

/// <summary>Whether a credential may be synced between devices (flag BE); §7.1 step 18, §7.2 step 19.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BackupEligibility>))]
public enum BackupEligibility
{
    /// <summary>Only a credential that can never leave its device (BE=0).</summary>
    DeviceBound = 0,

    /// <summary>A synced credential too.</summary>
    Any,
}

/// <summary>How an ECDSA signature may be written; §6.5.5.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EcdsaEncoding>))]
public enum EcdsaEncoding
{
    /// <summary>DER, as the specification says: each number in the fewest bytes.</summary>
    Der = 0,

    /// <summary>Zero bytes may stand before a number, as BER allows and some authenticators write; all else as in DER.</summary>
    BerIntegers,
}

/// <summary>What happens when a signature counter does not advance; §7.2 step 22.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CounterRegression>))]
public enum CounterRegression
{
    /// <summary>The assertion is refused with <see cref="WebAuthnError.CounterRegression"/>.</summary>
    Refuse = 0,

    /// <summary>The assertion is accepted and says <see cref="CounterVerdict.Regressed"/>; the stored counter stays.</summary>
    Flag,
}

/// <summary>What the signature counter of an accepted assertion says; §6.1.1.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CounterVerdict>))]
public enum CounterVerdict
{
    /// <summary>Both counters are zero: the authenticator keeps none, as synced passkeys do.</summary>
    NotKept = 0,

    /// <summary>The counter advanced.</summary>
    Advanced,

    /// <summary>The counter stood still or went back: the authenticator may have been cloned.</summary>
    Regressed,
}

/// <summary>Which kind of ceremony a state or a response belongs to.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CeremonyKind>))]
public enum CeremonyKind
{
    /// <summary>No ceremony; a state that says so is refused.</summary>
    None = 0,

    /// <summary>Registration, <c>navigator.credentials.create()</c>.</summary>
    Create,

    /// <summary>Authentication, <c>navigator.credentials.get()</c>.</summary>
    Get,
}
