using System.Text;
using Microsoft.Extensions.Time.Testing;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests;

/// <summary>A registration that succeeds; a test changes one property.</summary>
internal sealed record GoodRegistration
{
    internal const string RpId = "idp.example";
    internal const string Origin = "https://idp.example";

    internal static readonly DateTimeOffset Start = new(2026, 8, 1, 9, 0, 0, TimeSpan.FromHours(8));

    internal FakeTimeProvider Time { get; init; } = new(Start);

    internal RelyingParty RelyingParty { get; init; } = new(RpId, "Identity", [Origin]);

    internal byte[] UserHandle { get; init; } = Encoding.UTF8.GetBytes("a citizen's 32 bytes of user id.");

    internal RegistrationPolicy Policy { get; init; } = RegistrationPolicy.Passkeys;

    /// <summary>Every one that the mode allows.</summary>
    internal IReadOnlyList<CoseAlgorithm> Algorithms
    {
        get => field ?? [.. Enum.GetValues<CoseAlgorithm>().Where(algorithm
            => algorithm != CoseAlgorithm.None && (algorithm != CoseAlgorithm.RS1 || Mode == EngineMode.Conformance))];
        init;
    }

    internal EngineMode Mode { get; init; }

    internal IReadOnlyList<PublicKeyCredentialDescriptor> Exclude { get; init; } = [];

    internal AttestationConveyance Conveyance { get; init; }

    internal bool IsConditional { get; init; }

    internal SoftAuthenticator Authenticator { get; init; } = new();

    /// <summary>The origin of the page.</summary>
    internal string PageOrigin { get; init; } = Origin;

    internal Lies Lies { get; init; } = new();

    /// <summary>Changes the state between start and finish, as a mix-up would.</summary>
    internal Func<RegistrationState, RegistrationState> State { get; init; } = state => state;

    /// <summary>Changes the bytes on their way.</summary>
    internal Func<string, string> OnTheWay { get; init; } = json => json;

    /// <summary>How long the citizen takes.</summary>
    internal TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(20);

    internal AuthenticationExtensionsClientInputs? Extensions { get; init; } = new() { CredProps = true };

    /// <summary>Where trust anchors come from.</summary>
    internal AttestationTrustSource Trust { get; init; } = AttestationTrustSource.None;

    internal Registration Registration => new(RelyingParty, Time, Mode, Trust);

    internal RegistrationResult Run()
    {
        var ceremony = Begin();
        var json = Answer(ceremony);
        Time.Advance(Delay);
        return Registration.Finish(State(ceremony.State), Encoding.UTF8.GetBytes(OnTheWay(json)));
    }

    internal RegistrationCeremony Begin()
        => Registration.Start(new RegistrationRequest
        {
            UserHandle = UserHandle,
            UserName = "Home",
            UserDisplayName = "Home",
            Policy = Policy,
            Algorithms = Algorithms,
            ExcludeCredentials = Exclude,
            Attestation = Conveyance,
            IsConditional = IsConditional,
            Extensions = Extensions,
        });

    internal string Answer(RegistrationCeremony ceremony) => Authenticator.Create(ceremony.Options.ToJson(), PageOrigin, Lies);
}

internal static class Verdicts
{
    internal static CredentialRecord ShouldSucceed(this RegistrationResult result)
    {
        result.Failure.ShouldBeNull();
        return result.Credential.ShouldNotBeNull();
    }

    internal static AuthenticationSuccess ShouldSucceed(this AuthenticationResult result)
    {
        result.Failure.ShouldBeNull();
        return result.Success.ShouldNotBeNull();
    }

    internal static void ShouldBeRefused(this RegistrationResult result, WebAuthnError error)
    {
        result.Succeeded.ShouldBeFalse();
        result.Credential.ShouldBeNull();
        result.Failure.ShouldNotBeNull().Error.ShouldBe(error, result.Failure.ToString());
    }

    internal static void ShouldBeRefused(this AuthenticationResult result, WebAuthnError error)
    {
        result.Succeeded.ShouldBeFalse();
        result.Success.ShouldBeNull();
        result.Failure.ShouldNotBeNull().Error.ShouldBe(error, result.Failure.ToString());
    }
}
