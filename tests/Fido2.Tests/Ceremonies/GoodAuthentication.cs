using System.Text;
using Microsoft.Extensions.Time.Testing;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests;

/// <summary>An authentication that succeeds, usernameless, with a credential registered just before; a test changes one property.</summary>
internal sealed record GoodAuthentication
{
    internal FakeTimeProvider Time { get; init; } = new(GoodRegistration.Start);

    internal RelyingParty RelyingParty { get; init; } = new(GoodRegistration.RpId, "Identity", [GoodRegistration.Origin]);

    internal EngineMode Mode { get; init; }

    internal SoftAuthenticator Authenticator { get; init; } = new();

    internal AuthenticationPolicy Policy { get; init; } = AuthenticationPolicy.Passkeys;

    /// <summary>The account identified beforehand, if any.</summary>
    internal byte[]? Identified { get; init; }

    /// <summary>Changes the list of allowed credentials, given the registered one.</summary>
    internal Func<CredentialRecord, IReadOnlyList<PublicKeyCredentialDescriptor>> Allow { get; init; } = _ => [];

    internal AuthenticationExtensionsClientInputs? Extensions { get; init; }

    internal string PageOrigin { get; init; } = GoodRegistration.Origin;

    internal Lies Lies { get; init; } = new();

    /// <summary>Changes what the store returns.</summary>
    internal Func<CredentialRecord, CredentialRecord?> Stored { get; init; } = record => record;

    internal Func<AuthenticationState, AuthenticationState> State { get; init; } = state => state;

    internal Func<string, string> OnTheWay { get; init; } = json => json;

    internal TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Time between reading the response and finishing.</summary>
    internal TimeSpan Pause { get; init; }

    /// <summary>The relying party that finishes, if another one than started.</summary>
    internal RelyingParty? FinishedBy { get; init; }

    internal CredentialRecord Register()
        => new GoodRegistration { Authenticator = Authenticator, Time = Time }.Run().ShouldSucceed();

    internal AuthenticationResult Run() => Run(Register());

    internal AuthenticationResult Run(CredentialRecord record)
    {
        var authentication = new Authentication(RelyingParty, Time, mode: Mode);
        var ceremony = authentication.Start(new AuthenticationRequest
        {
            UserHandle = Identified is null ? default(ReadOnlyMemory<byte>?) : new ReadOnlyMemory<byte>(Identified),
            AllowCredentials = Allow(record),
            Policy = Policy,
            Extensions = Extensions,
        });
        var json = Authenticator.Get(ceremony.Options.ToJson(), PageOrigin, Lies);
        Time.Advance(Delay);
        return Finish(authentication, State(ceremony.State), Encoding.UTF8.GetBytes(OnTheWay(json)), record);
    }

    private AuthenticationResult Finish(Authentication authentication, AuthenticationState state, byte[] json, CredentialRecord record)
    {
        var reading = authentication.Read(state, json);
        if (!reading.Succeeded)
        {
            return new AuthenticationResult(reading.Failure);
        }

        var ownership = authentication.Own(reading.Response, Stored(record));
        if (!ownership.Succeeded)
        {
            return new AuthenticationResult(ownership.Failure);
        }

        Time.Advance(Pause);
        var finishing = FinishedBy is null ? authentication : new Authentication(FinishedBy, Time, mode: Mode);
        return finishing.Finish(ownership.Owned);
    }
}
