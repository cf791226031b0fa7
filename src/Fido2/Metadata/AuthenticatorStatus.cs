using System.Text.Json.Serialization;

namespace Moi.Identity.Fido2;

/// <summary>The statuses of FIDO Metadata Service v3 §3.1.4 that decide something here. Others are kept as they are.</summary>
public static class AuthenticatorStatus
{
    /// <summary>The authenticator was revoked.</summary>
    public const string Revoked = "REVOKED";

    /// <summary>The attestation key is known to others.</summary>
    public const string AttestationKeyCompromise = "ATTESTATION_KEY_COMPROMISE";

    /// <summary>User verification can be skipped.</summary>
    public const string UserVerificationBypass = "USER_VERIFICATION_BYPASS";

    /// <summary>Keys can be taken from afar.</summary>
    public const string UserKeyRemoteCompromise = "USER_KEY_REMOTE_COMPROMISE";

    /// <summary>Keys can be taken by who holds the authenticator.</summary>
    public const string UserKeyPhysicalCompromise = "USER_KEY_PHYSICAL_COMPROMISE";

    /// <summary>The maker gave the authenticator up.</summary>
    public const string Retired = "RETIRED";

    /// <summary>The authenticator is not certified.</summary>
    public const string NotFidoCertified = "NOT_FIDO_CERTIFIED";

    /// <summary>The statuses that block a registration unless a policy says that it accepts them.</summary>
    public static IReadOnlyList<string> Blocking { get; } =
        [Revoked, AttestationKeyCompromise, UserVerificationBypass, UserKeyRemoteCompromise, UserKeyPhysicalCompromise, Retired];

    /// <summary>The level that a status certifies; null if it certifies none.</summary>
    /// <remarks><c>FIDO_CERTIFIED</c> is the certification of functions, from before there were levels.</remarks>
    internal static CertificationLevel? LevelOf(string status) => status switch
    {
        "FIDO_CERTIFIED" => CertificationLevel.Functional,
        "FIDO_CERTIFIED_L1" => CertificationLevel.Level1,
        "FIDO_CERTIFIED_L1plus" => CertificationLevel.Level1Plus,
        "FIDO_CERTIFIED_L2" => CertificationLevel.Level2,
        "FIDO_CERTIFIED_L2plus" => CertificationLevel.Level2Plus,
        "FIDO_CERTIFIED_L3" => CertificationLevel.Level3,
        "FIDO_CERTIFIED_L3plus" => CertificationLevel.Level3Plus,
        _ => null,
    };
}

/// <summary>How well a model is certified, from nothing up.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CertificationLevel>))]
public enum CertificationLevel
{
    /// <summary>Not certified, or nothing is known.</summary>
    None = 0,

    /// <summary><c>FIDO_CERTIFIED</c>: it works; nothing is said about its security.</summary>
    Functional,

    /// <summary><c>FIDO_CERTIFIED_L1</c>.</summary>
    Level1,

    /// <summary><c>FIDO_CERTIFIED_L1plus</c>.</summary>
    Level1Plus,

    /// <summary><c>FIDO_CERTIFIED_L2</c>.</summary>
    Level2,

    /// <summary><c>FIDO_CERTIFIED_L2plus</c>.</summary>
    Level2Plus,

    /// <summary><c>FIDO_CERTIFIED_L3</c>.</summary>
    Level3,

    /// <summary><c>FIDO_CERTIFIED_L3plus</c>.</summary>
    Level3Plus,
}
