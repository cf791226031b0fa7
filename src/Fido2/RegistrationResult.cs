using System.Diagnostics.CodeAnalysis;

namespace Moi.Identity.Fido2;

/// <summary>What to send to the browser, and what to keep.</summary>
/// <param name="Options">For the browser.</param>
/// <param name="State">For <see cref="Registration.Finish"/>.</param>
public sealed record RegistrationCeremony(PublicKeyCredentialCreationOptions Options, RegistrationState State);

/// <summary>The verdict on a registration response: a credential to store, or a failure.</summary>
public sealed class RegistrationResult
{
    internal RegistrationResult(CredentialRecord credential) => Credential = credential;

    internal RegistrationResult(WebAuthnFailure failure) => Failure = failure;

    /// <summary>Whether the response was accepted.</summary>
    [MemberNotNullWhen(true, nameof(Credential))]
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool Succeeded => Credential is not null;

    /// <summary>The credential, to be stored under a unique constraint (step 26).</summary>
    public CredentialRecord? Credential { get; }

    /// <summary>Why it was refused.</summary>
    public WebAuthnFailure? Failure { get; }
}
