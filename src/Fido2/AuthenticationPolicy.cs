namespace Moi.Identity.Fido2;

/// <summary>What an authentication demands. A fresh instance is the strictest.</summary>
public sealed record AuthenticationPolicy
{
    /// <summary>For citizens' passkeys: verified users, synced or not.</summary>
    public static AuthenticationPolicy Passkeys { get; } = new() { BackupEligibility = BackupEligibility.Any };

    /// <summary>Whether the UV flag must be set (§7.2 step 17).</summary>
    /// <value>Default <see cref="UserVerificationRequirement.Required"/>.</value>
    public UserVerificationRequirement UserVerification { get; init; }

    /// <summary>Whether synced credentials are accepted (step 19.3).</summary>
    /// <value>Default <see cref="BackupEligibility.DeviceBound"/>.</value>
    public BackupEligibility BackupEligibility { get; init; }

    /// <summary>What to do when the counter does not advance (step 22).</summary>
    /// <value>Default <see cref="CounterRegression.Refuse"/>.</value>
    public CounterRegression CounterRegression { get; init; }

    /// <summary>How an ECDSA signature may be written (step 21).</summary>
    /// <remarks>For devices that are known to pad. A signature then has several encodings, so it identifies nothing.</remarks>
    /// <value>Default <see cref="EcdsaEncoding.Der"/>.</value>
    public EcdsaEncoding EcdsaEncoding { get; init; }
}
