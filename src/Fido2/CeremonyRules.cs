using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2;

/// <summary>What must hold of a state before its response is looked at; §13.5.3.</summary>
internal static class CeremonyRules
{
    internal static void Check(RegistrationState state, RelyingParty relyingParty, DateTimeOffset now)
        => Check(state.Kind == CeremonyKind.Create, state.RelyingPartyId, state.Challenge, state.ExpiresAt, relyingParty, now);

    internal static void Check(AuthenticationState state, RelyingParty relyingParty, DateTimeOffset now)
        => Check(state.Kind == CeremonyKind.Get, state.RelyingPartyId, state.Challenge, state.ExpiresAt, relyingParty, now);

    private static void Check(
        bool isKind, string relyingPartyId, ReadOnlyMemory<byte> challenge, DateTimeOffset expiresAt, RelyingParty relyingParty, DateTimeOffset now)
    {
        Require(isKind, WebAuthnError.StateCeremony);
        Require(relyingPartyId == relyingParty.Id, WebAuthnError.StateRelyingParty);
        Require(now < expiresAt, WebAuthnError.StateExpired);

        // SECURITY: an empty challenge would match an empty string. No state made by Start has one.
        Require(challenge.Length >= RequestRules.ShortestChallenge, WebAuthnError.StateMissing);
    }
}
