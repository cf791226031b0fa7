using System.Diagnostics.CodeAnalysis;

namespace Moi.Identity.Fido2;

/// <summary>What to send to the browser, and what to keep.</summary>
/// <param name="Options">For the browser.</param>
/// <param name="State">For <see cref="Authentication.Read"/>.</param>
public sealed record AuthenticationCeremony(PublicKeyCredentialRequestOptions Options, AuthenticationState State);

/// <summary>The outcome of <see cref="Authentication.Read"/>: a response whose credential may be looked up, or a failure.</summary>
public sealed class AuthenticationReading
{
    internal AuthenticationReading(AuthenticationResponse response) => Response = response;

    internal AuthenticationReading(WebAuthnFailure failure) => Failure = failure;

    /// <summary>Whether the response could be read.</summary>
    [MemberNotNullWhen(true, nameof(Response))]
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool Succeeded => Response is not null;

    /// <summary>The response. Nothing of it is verified yet.</summary>
    public AuthenticationResponse? Response { get; }

    /// <summary>Why it was refused.</summary>
    public WebAuthnFailure? Failure { get; }
}

/// <summary>The outcome of <see cref="Authentication.Own"/>: the proof of ownership, or a failure.</summary>
public sealed class OwnershipResult
{
    internal OwnershipResult(OwnedCredential owned) => Owned = owned;

    internal OwnershipResult(WebAuthnFailure failure) => Failure = failure;

    /// <summary>Whether the credential belongs to the account of this ceremony.</summary>
    [MemberNotNullWhen(true, nameof(Owned))]
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool Succeeded => Owned is not null;

    /// <summary>The proof of ownership.</summary>
    public OwnedCredential? Owned { get; }

    /// <summary>Why it was refused.</summary>
    public WebAuthnFailure? Failure { get; }
}

/// <summary>The verdict on an authentication response: who it is and what to store, or a failure.</summary>
public sealed class AuthenticationResult
{
    internal AuthenticationResult(AuthenticationSuccess success) => Success = success;

    internal AuthenticationResult(WebAuthnFailure failure) => Failure = failure;

    /// <summary>Whether the response was accepted.</summary>
    [MemberNotNullWhen(true, nameof(Success))]
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool Succeeded => Success is not null;

    /// <summary>What was proven.</summary>
    public AuthenticationSuccess? Success { get; }

    /// <summary>Why it was refused.</summary>
    public WebAuthnFailure? Failure { get; }
}

/// <summary>What an accepted assertion proves.</summary>
public sealed class AuthenticationSuccess
{
    /// <summary>Only out of a proof of ownership: an authentication without an owner cannot be written down.</summary>
    internal AuthenticationSuccess(OwnedCredential owned) => Before = owned.Credential;

    /// <summary>The record as it was looked up. Its <see cref="CredentialRecord.SignCount"/> is what a compare-and-set
    /// update compares with (§7.2 step 24).</summary>
    public CredentialRecord Before { get; }

    /// <summary>The record as it is to be stored, with the new counter, backup state and last use; made when asked for.</summary>
    /// <remarks>§7.2 step 24. The counter never goes back. <c>uvInitialized</c> stays as it was: raising it "SHOULD require
    /// authorization by an additional authentication factor".</remarks>
    public CredentialRecord Credential => field ??= Before with
    {
        SignCount = Math.Max(SignCount, Before.SignCount),
        IsBackedUp = IsBackedUp,
        LastUsedAt = At,
    };

    /// <summary>The account that authenticated.</summary>
    public ReadOnlyMemory<byte> UserHandle => Before.UserHandle;

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Flag UP: somebody was there. Always true.</summary>
    public required bool IsUserPresent { get; init; }

    /// <summary>Flag UV: the user was verified by PIN or biometric.</summary>
    public required bool IsUserVerified { get; init; }

    /// <summary>Flag BE: the credential may be synced.</summary>
    public required bool IsBackupEligible { get; init; }

    /// <summary>Flag BS: the credential is synced.</summary>
    public required bool IsBackedUp { get; init; }

    /// <summary>The counter the authenticator sent; the record never goes back to a lower one.</summary>
    public required uint SignCount { get; init; }

    /// <summary>What the counter says.</summary>
    public required CounterVerdict Counter { get; init; }

    /// <summary><c>platform</c> or <c>cross-platform</c> as the client reported it; null if it did not say.</summary>
    public string? AuthenticatorAttachment { get; init; }
}
