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
        AndroidKeyScope = AndroidKeyScope.Union,
        AllowTpmSha1 = true,
        AllowUnknownTpmManufacturers = true,
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

    /// <summary>How well a trusted model must be certified.</summary>
    /// <remarks>Asked of trusted attestations. A demand above level 1 means that only these are accepted, whatever
    /// <see cref="Attestation"/> says.</remarks>
    /// <value>Default <see cref="CertificationRequirement.Level1"/>.</value>
    public CertificationRequirement Certification { get; init; }

    /// <summary>What happens to a trusted attestation of a model that the metadata does not know.</summary>
    /// <value>Default <see cref="UnknownModels.Refuse"/>.</value>
    public UnknownModels UnknownModels { get; init; }

    /// <summary>If not empty, the only attestation types accepted, of those that <see cref="Attestation"/> allows.</summary>
    /// <remarks>With it, only a trusted attestation is accepted.</remarks>
    /// <value>Default empty: no restriction.</value>
    public IReadOnlyList<AttestationType> AttestationTypes { get; init => field = value ?? []; } = [];

    /// <summary>How the model's keys must be protected, each in the words of the FIDO Registry of Predefined Values §3.2, such as
    /// <c>hardware</c> or <c>secure_element</c>.</summary>
    /// <remarks>With it, only a trusted attestation is accepted.</remarks>
    /// <value>Default empty: no restriction.</value>
    public IReadOnlyList<string> KeyProtection { get; init => field = value ?? []; } = [];

    /// <summary>Statuses of <see cref="AuthenticatorStatus.Blocking"/> that do not block.</summary>
    /// <remarks>SECURITY: each means that credentials of the model can be forged, copied or used by others.</remarks>
    /// <value>Default empty: each of them blocks.</value>
    public IReadOnlyList<string> AcceptedStatuses { get; init => field = value ?? []; } = [];

    /// <summary>Accept credential IDs below 16 bytes, which §4 forbids to authenticators.</summary>
    /// <value>Default false.</value>
    public bool AllowShortCredentialIds { get; init; }

    /// <summary>The shortest PIN an authenticator may allow (CTAP 2.2 §12.5); one that does not tell is refused. Ask with
    /// <see cref="AuthenticationExtensionsClientInputs.MinPinLength"/>.</summary>
    /// <value>Default 0: not looked at.</value>
    public int MinimumPinLength { get; init; }

    /// <summary>Which list of an <c>android-key</c> statement counts (§8.4).</summary>
    /// <value>Default <see cref="AndroidKeyScope.TeeOnly"/>.</value>
    public AndroidKeyScope AndroidKeyScope { get; init; }

    /// <summary>How many statements of a <c>compound</c> attestation must verify and be trusted (§8.9).</summary>
    /// <value>Default <see cref="CompoundStatements.All"/>.</value>
    public CompoundStatements CompoundStatements { get; init; }

    /// <summary>Accept <c>android-safetynet</c> (§8.5), whose service Google switched off in 2025.</summary>
    /// <value>Default false.</value>
    public bool AllowAndroidSafetyNet { get; init; }

    /// <summary>Accept <c>tpm</c> statements that are signed with SHA-1 (§8.3), as Windows Hello signs them.</summary>
    /// <remarks>The TPM hashes what itself made, so a collision does not forge a statement; the credential key and its name
    /// are hashed with SHA-256 in any case.</remarks>
    /// <value>Default false.</value>
    public bool AllowTpmSha1 { get; init; }

    /// <summary>Accept <c>tpm</c> statements whose manufacturer is not in the TCG's registry (§8.3.1).</summary>
    /// <value>Default false.</value>
    public bool AllowUnknownTpmManufacturers { get; init; }

    /// <summary>Trust a <c>packed</c> certificate that does not name its model though the metadata have several models with its root
    /// (§8.2.1).</summary>
    /// <remarks>SECURITY: with it, the certificate of one model vouches for every other of the same root. Some makers' devices
    /// need it.</remarks>
    /// <value>Default false.</value>
    public bool AllowUnnamedModels { get; init; }

    /// <summary>Whether only a trusted attestation will do: said so, or implied by a demand that nothing else can meet.</summary>
    internal bool DemandsTrust
        => Attestation == AttestationAcceptance.Trusted
            || AllowedAaguids.Count > 0
            || AttestationTypes.Count > 0
            || KeyProtection.Count > 0
            || Certification is not (CertificationRequirement.Level1 or CertificationRequirement.Functional or CertificationRequirement.None);
}
