using System.Text;
using System.Text.Json;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests;

/// <summary>§13.5.3, "Cryptographic Challenges": what a state binds. Using it once is the store's duty.</summary>
public sealed class CeremonyStateTests
{
    [Fact(DisplayName = "§13.5.3: a response is accepted until the ceremony expires")]
    public void Expiry()
    {
        var lifetime = TimeSpan.FromMinutes(5);
        new GoodRegistration { Delay = lifetime - TimeSpan.FromTicks(1) }.Run().ShouldSucceed();
        new GoodRegistration { Delay = lifetime }.Run().ShouldBeRefused(WebAuthnError.StateExpired);
        new GoodAuthentication { Delay = lifetime - TimeSpan.FromTicks(1) }.Run().ShouldSucceed();
        new GoodAuthentication { Delay = lifetime }.Run().ShouldBeRefused(WebAuthnError.StateExpired);
        new GoodAuthentication { Pause = lifetime }.Run().ShouldBeRefused(WebAuthnError.StateExpired);
    }

    [Fact(DisplayName = "§13.5.3: a state of the other kind of ceremony is refused")]
    public void Kind()
    {
        new GoodRegistration { State = state => state with { Kind = CeremonyKind.Get } }.Run().ShouldBeRefused(WebAuthnError.StateCeremony);
        new GoodRegistration { State = state => state with { Kind = CeremonyKind.None } }.Run().ShouldBeRefused(WebAuthnError.StateCeremony);
        new GoodAuthentication { State = state => state with { Kind = CeremonyKind.Create } }.Run().ShouldBeRefused(WebAuthnError.StateCeremony);
    }

    [Fact(DisplayName = "§13.5.3: a state of another relying party is refused, at every step")]
    public void Relying_party()
    {
        var other = new RelyingParty("other.example", "Other", ["https://other.example"]);
        new GoodRegistration { State = state => state with { RelyingPartyId = "other.example" } }.Run().ShouldBeRefused(WebAuthnError.StateRelyingParty);
        new GoodAuthentication { State = state => state with { RelyingPartyId = "other.example" } }.Run().ShouldBeRefused(WebAuthnError.StateRelyingParty);
        new GoodAuthentication { FinishedBy = other }.Run().ShouldBeRefused(WebAuthnError.StateRelyingParty);
    }

    [Fact(DisplayName = "§13.5.3: an empty challenge matches nothing")]
    public void Empty_challenge()
    {
        new GoodRegistration { State = state => state with { Challenge = default }, Lies = new Lies { Challenge = "" } }.Run().ShouldBeRefused(WebAuthnError.StateMissing);
        new GoodAuthentication { State = state => state with { Challenge = default }, Lies = new Lies { Challenge = "" } }.Run().ShouldBeRefused(WebAuthnError.StateMissing);
    }

    [Fact(DisplayName = "§13.5.3: a challenge longer than any that is issued matches nothing, not even an empty one")]
    public void A_long_challenge()
    {
        foreach (var claimed in new[] { "", new string('A', 256), new string('A', 400) })
        {
            new GoodRegistration { State = state => state with { Challenge = new byte[300] }, Lies = new Lies { Challenge = claimed } }
                .Run().ShouldBeRefused(WebAuthnError.ClientDataChallenge);
        }
    }

    [Fact(DisplayName = "R-STATE-1: states survive their store whole")]
    public void States_survive_their_store()
    {
        var policy = new RegistrationPolicy
        {
            UserVerification = UserVerificationRequirement.Preferred,
            Attestation = AttestationAcceptance.SelfOrBetter,
            BackupEligibility = BackupEligibility.Any,
            DeniedAaguids = [Guid.Empty],
        };
        var registration = new GoodRegistration { Policy = policy, Authenticator = new SoftAuthenticator { Attestation = SoftAttestation.PackedSelf } };
        (registration with { State = RoundTrip }).Run().ShouldSucceed();
        (registration with { State = RoundTrip, Lies = new Lies { Aaguid = Guid.Empty } }).Run().ShouldBeRefused(WebAuthnError.TrustAaguidDenied);
        new GoodAuthentication { State = RoundTrip, Identified = new GoodRegistration().UserHandle }.Run().ShouldSucceed();
        new GoodAuthentication { State = RoundTrip, Stored = RoundTrip }.Run().ShouldSucceed();
    }

    [Fact(DisplayName = "R-STATE-1: what an old store does not know is the strictest")]
    public void Missing_members_are_strict()
    {
        var state = JsonSerializer.Deserialize(
            """{"kind":"Create","id":"x","relyingPartyId":"idp.example","challenge":"AAAAAAAAAAAAAAAAAAAAAA","userHandle":"AA","policy":{},"algorithms":[-7],"createdAt":"2026-08-01T01:00:00Z","expiresAt":"2026-08-01T01:05:00Z"}""",
            WebAuthnJsonContext.Default.RegistrationState).ShouldNotBeNull();
        state.Policy.UserVerification.ShouldBe(UserVerificationRequirement.Required);
        state.Policy.Attestation.ShouldBe(AttestationAcceptance.Trusted);
        state.Policy.BackupEligibility.ShouldBe(BackupEligibility.DeviceBound);
        state.Policy.AllowedAaguids.ShouldBeEmpty();
        state.ExcludedCredentials.ShouldBeEmpty();
        new GoodRegistration().Registration.Finish(state, Encoding.UTF8.GetBytes("{}")).ShouldBeRefused(WebAuthnError.RequestMalformed);
    }

    [Theory(DisplayName = "R-STATE-1: a ceremony lives 10 minutes at most")]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(601)]
    public void Lifetimes_are_bounded(int seconds)
    {
        var registration = new GoodRegistration().Registration;
        var authentication = new Authentication(new GoodAuthentication().RelyingParty, TimeProvider.System);
        var lifetime = TimeSpan.FromSeconds(seconds);
        Should.Throw<ArgumentOutOfRangeException>(() => authentication.Start(new AuthenticationRequest { Lifetime = lifetime }));
        Should.Throw<ArgumentOutOfRangeException>(() => registration.Start(
            new RegistrationRequest { UserHandle = new byte[32], UserName = "a", UserDisplayName = "a", Lifetime = lifetime }));
    }

    [Fact(DisplayName = "§5.4.3: a user handle has 1 to 64 bytes")]
    public void User_handles_are_bounded()
    {
        Should.Throw<ArgumentException>(() => new GoodRegistration { UserHandle = [] }.Begin());
        Should.Throw<ArgumentException>(() => new GoodRegistration { UserHandle = new byte[65] }.Begin());
        new GoodRegistration { UserHandle = new byte[64] }.Run().ShouldSucceed();
    }

    [Fact(DisplayName = "§5.4: only algorithms the engine has can be offered")]
    public void Algorithms_are_known()
    {
        Should.Throw<ArgumentException>(() => new GoodRegistration { Algorithms = [] }.Begin());
        Should.Throw<ArgumentException>(() => new GoodRegistration { Algorithms = [(CoseAlgorithm)(-65535)] }.Begin());
        Should.Throw<ArgumentException>(() => new GoodRegistration { Algorithms = [CoseAlgorithm.None] }.Begin());
    }

    [Fact(DisplayName = "§7.1 step 15: conditional create cannot require user verification")]
    public void Conditional_create_with_user_verification()
        => Should.Throw<ArgumentException>(() => new GoodRegistration { IsConditional = true }.Begin());

    private static RegistrationState RoundTrip(RegistrationState state)
        => JsonSerializer.Deserialize(
            JsonSerializer.Serialize(state, WebAuthnJsonContext.Default.RegistrationState), WebAuthnJsonContext.Default.RegistrationState)!;

    private static AuthenticationState RoundTrip(AuthenticationState state)
        => JsonSerializer.Deserialize(
            JsonSerializer.Serialize(state, WebAuthnJsonContext.Default.AuthenticationState), WebAuthnJsonContext.Default.AuthenticationState)!;

    private static CredentialRecord RoundTrip(CredentialRecord record)
        => JsonSerializer.Deserialize(
            JsonSerializer.Serialize(record, WebAuthnJsonContext.Default.CredentialRecord), WebAuthnJsonContext.Default.CredentialRecord)!;
}
