using Moi.Identity.Fido2.Data;

namespace Moi.Identity.Fido2;

/// <summary>A response that was read but not verified. It exists so that its credential can be looked up.</summary>
/// <remarks>It carries the state it answers, so that the two cannot be mixed up.</remarks>
public sealed class AuthenticationResponse
{
    internal AuthenticationResponse(AuthenticationState state, AssertionResponse parsed) => (State, Parsed) = (state, parsed);

    /// <summary>The credential ID the sender claims. Look the record up by it and <see cref="RelyingPartyId"/>.</summary>
    public ReadOnlyMemory<byte> CredentialId => Parsed.Id;

    /// <summary>The RP ID of the ceremony.</summary>
    public string RelyingPartyId => State.RelyingPartyId;

    /// <summary>The user handle the sender claims; null if absent. Never look an account up by this alone.</summary>
    /// <remarks>Written out: <c>null</c> beside a <see cref="ReadOnlyMemory{T}"/> is the empty one, not none.</remarks>
    public ReadOnlyMemory<byte>? UserHandle => Parsed.UserHandle is { } handle ? new ReadOnlyMemory<byte>(handle) : default(ReadOnlyMemory<byte>?);

    internal AuthenticationState State { get; }

    internal AssertionResponse Parsed { get; }
}
