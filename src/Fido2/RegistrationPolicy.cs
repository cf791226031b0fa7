namespace Moi.Identity.Fido2;

/// <summary>What a registration demands. A fresh instance is the strictest; every relaxation is a property set by name.</summary>
/// <remarks>It travels in the <see cref="RegistrationState"/>, so that a response is judged by what was issued and not
/// by today's configuration or by what the client echoes.</remarks>
public sealed record RegistrationPolicy
{
    /// <summary>For citizens' passkeys: verified users, discoverable, synced or not, from any maker.</summary>
    public static RegistrationPolicy Passkeys { get; } = new()
    {
        Attestation = AttestationAcceptance.Any,
        BackupEligibility = BackupEligibility.Any,
    };

    /// <summary>Whether the UV flag must be set (step 16).</summary>
    /// <value>Default <see cref="UserVerificationRequirement.Required"/>.</value>
    public UserVerificationRequirement UserVerification { get; init; }

    /// <summary>Whether the credential must be discoverable.</summary>
    /// <value>Default <see cref="ResidentKeyRequirement.Required"/>.</value>
    public ResidentKeyRequirement ResidentKey { get; init; }

    /// <summary>Which attestation is accepted (step 24).</summary>
    /// <value>Default <see cref="AttestationAcceptance.Trusted"/>, which refuses everything where no anchors are known.</value>
    public AttestationAcceptance Attestation { get; init; }

    /// <summary>Whether synced credentials are accepted (step 18).</summary>
    /// <value>Default <see cref="BackupEligibility.DeviceBound"/>.</value>
    public BackupEligibility BackupEligibility { get; init; }

    /// <summary>If not empty, the only authenticator models accepted.</summary>
    /// <remarks>An AAGUID that no trusted certificate vouches for is a claim of the sender: with this list, only a
    /// trusted attestation is accepted, whatever <see cref="Attestation"/> says.</remarks>
    /// <value>Default empty: no restriction by model.</value>
    public IReadOnlyList<Guid> AllowedAaguids { get; init => field = value ?? []; } = [];

    /// <summary>Authenticator models that are refused.</summary>
    /// <value>Default empty.</value>
    public IReadOnlyList<Guid> DeniedAaguids { get; init => field = value ?? []; } = [];

    /// <summary>Accept credential IDs below 16 bytes, which §4 forbids to authenticators.</summary>
    /// <value>Default false.</value>
    public bool AllowShortCredentialIds { get; init; }
}
