using Moi.Identity.Fido2;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Passkeys;

/// <summary>What can go wrong between a person, a device and us. The page that started the ceremony shows it and offers another try.</summary>
internal static class CeremonyProblems
{
    /// <summary>Our RP ID does not fit the address: an error of the operator.</summary>
    internal static readonly Problem Configuration = New("MOI-WA-001", "Configuration", 500);

    internal static readonly Problem Cancelled = New("MOI-WA-002", "Cancelled", 200);

    /// <summary>The browser refused at once, as browsers inside apps do.</summary>
    internal static readonly Problem Blocked = New("MOI-WA-003", "Blocked", 200);

    /// <summary>Good news told by an error: the device has a passkey for this account.</summary>
    internal static readonly Problem AlreadyHere = New("MOI-WA-004", "AlreadyHere", 200);

    internal static readonly Problem NoScreenLock = New("MOI-WA-005", "NoScreenLock", 200);

    internal static readonly Problem Unsupported = New("MOI-WA-006", "Unsupported", 200);

    internal static readonly Problem DeviceFailed = New("MOI-WA-007", "DeviceFailed", 200);

    internal static readonly Problem NoJavaScript = New("MOI-WA-008", "NoJavaScript", 200);

    internal static readonly Problem UnknownPasskey = New("MOI-WA-010", "UnknownPasskey", 400);

    internal static readonly Problem NotVerified = New("MOI-WA-011", "NotVerified", 400);

    /// <summary>The counter went back or the kind of the passkey changed: it may be a copy.</summary>
    internal static readonly Problem Suspicious = New("MOI-WA-012", "Suspicious", 400);

    /// <summary>The ceremony was used, is too old, or was made up.</summary>
    internal static readonly Problem Expired = New("MOI-WA-013", "Expired", 400);

    /// <summary>The ceremony belongs to another browser, session or page.</summary>
    internal static readonly Problem Elsewhere = New("MOI-WA-014", "Elsewhere", 400);

    internal static readonly Problem TooMany = New("MOI-WA-015", "TooMany", 409);

    internal static readonly Problem Unreadable = New("MOI-WA-016", "Unreadable", 400);

    internal static readonly Problem Refused = New("MOI-WA-017", "Refused", 400);

    /// <summary>The credential id is taken, by this account or another.</summary>
    internal static readonly Problem Taken = New("MOI-WA-018", "Taken", 409);

    /// <summary>A passkey of another account than the one that is asked.</summary>
    internal static readonly Problem OtherAccount = New("MOI-WA-019", "OtherAccount", 400);

    internal static readonly Problem Suspended = New("MOI-WA-020", "Suspended", 403) with { Ways = [new WayOn("Way.Suspended", "/help#suspended"), WayOn.Help] };

    internal static readonly Problem LastPasskey = New("MOI-WA-021", "LastPasskey", 409);

    /// <summary>The account demands an attested authenticator, and this one is none, or none any more.</summary>
    internal static readonly Problem TooWeak = New("MOI-WA-022", "TooWeak", 403);

    /// <summary>A new passkey whose maker does not vouch for it as it was demanded.</summary>
    internal static readonly Problem NotAttested = New("MOI-WA-023", "NotAttested", 400);

    /// <summary>The FIDO metadata call the model broken.</summary>
    internal static readonly Problem BrokenModel = New("MOI-WA-024", "BrokenModel", 400);

    /// <summary>A refusal sooner than this was decided by the browser, not by a person.</summary>
    private static readonly TimeSpan TooQuick = TimeSpan.FromMilliseconds(500);

    /// <summary>What happened in the browser.</summary>
    internal static Problem Of(CeremonyForm form, string? userAgent) => form.Error switch
    {
        ClientError.NotAllowed when form.Elapsed < TooQuick && DeviceName.IsInApp(userAgent) => Blocked,
        ClientError.NotAllowed => Cancelled,
        ClientError.InvalidState => AlreadyHere,
        ClientError.Constraint => NoScreenLock,
        ClientError.NotSupported => Unsupported,
        ClientError.Security => Configuration,
        ClientError.NoJavaScript => NoJavaScript,
        _ => DeviceFailed,
    };

    /// <summary>What we refused. The codes of the engine are for the log; people read one of a few pages.</summary>
    internal static Problem Of(WebAuthnError error) => error switch
    {
        WebAuthnError.StateMissing or WebAuthnError.StateExpired or WebAuthnError.StateConsumed => Expired,
        WebAuthnError.StateSession or WebAuthnError.StateCeremony or WebAuthnError.StateUser => Elsewhere,
        WebAuthnError.CredentialUnknown or WebAuthnError.CredentialRevoked => UnknownPasskey,
        WebAuthnError.AuthenticatorDataUserVerified => NotVerified,
        WebAuthnError.CounterRegression or WebAuthnError.BackupEligibilityChanged => Suspicious,
        WebAuthnError.CredentialNotAllowed or WebAuthnError.CredentialNotOwner => OtherAccount,
        WebAuthnError.CredentialExists => Taken,
        WebAuthnError.TrustStatus or WebAuthnError.TrustAaguidDenied => BrokenModel,
        WebAuthnError.TrustNoAnchor or WebAuthnError.TrustNoMetadata or WebAuthnError.TrustLevel or WebAuthnError.TrustType
            or WebAuthnError.TrustKeyProtection or WebAuthnError.BackupEligibilityNotAllowed => NotAttested,
        WebAuthnError.RequestMalformed or WebAuthnError.RequestTooLarge or WebAuthnError.IdMismatch
            or WebAuthnError.TypeInvalid or WebAuthnError.ClientDataEmpty or WebAuthnError.ClientDataUtf8
            or WebAuthnError.ClientDataJson or WebAuthnError.ClientDataDuplicate => Unreadable,
        _ => Refused,
    };

    private static Problem New(string code, string key, int status)
        => new(code, key, status) { Texts = typeof(CeremonyProblems) };
}
