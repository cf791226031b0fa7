using System.Text;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Benchmarks;

/// <summary>What benchmarks share: a relying party, a clock that stands still, and responses of the soft authenticator.</summary>
internal static class Ceremonies
{
    internal const string Origin = "https://idp.example";

    internal static readonly RelyingParty RelyingParty = new("idp.example", "Identity", [Origin]);

    internal static readonly TimeProvider Time = new StandingClock();

    internal static (RegistrationState State, byte[] Json) Register(
        SoftAuthenticator authenticator, RegistrationPolicy policy, AttestationTrustSource trust)
    {
        var (options, state) = new Registration(RelyingParty, Time, trust: trust).Start(new RegistrationRequest
        {
            UserHandle = new byte[32],
            UserName = "Home",
            UserDisplayName = "Home",
            Policy = policy,
            Attestation = AttestationConveyance.Direct,
        });
        return (state, Encoding.UTF8.GetBytes(authenticator.Create(options.ToJson(), Origin)));
    }

    private sealed class StandingClock : TimeProvider
    {
        private static readonly DateTimeOffset Now = new(2026, 8, 1, 1, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
