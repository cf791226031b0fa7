using Moi.Identity.Idp.Features.Oidc.Authorize;
using Moi.Identity.Idp.Features.SignIn;
using Moi.Identity.Idp.Sessions;
using OpenIddict.Abstractions;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>When a session is enough for a request, and when a passkey must be touched.</summary>
public sealed class AuthenticationPolicyTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid Citizen = Guid.Parse("00000000-0000-0000-0000-000000000001");
    private static readonly Guid Passkey = Guid.Parse("00000000-0000-0000-0000-000000000002");

    [Fact]
    public void Any_session_will_do_for_a_plain_request() => Decide(new()).ShouldBeOfType<AuthenticationDecision.Enough>();

    [Fact]
    public void Without_a_session_the_citizen_signs_in()
        => AuthenticationPolicy.Decide(new(), null, null, Now).ShouldBeOfType<AuthenticationDecision.SignIn>()
            .Requirement.Fresh.ShouldBeFalse();

    [Theory]
    [InlineData("login", true)]
    [InlineData("login consent", true)]
    [InlineData("select_account", false)]
    public void Prompts_want_a_passkey_whatever_session_there_is(string prompt, bool isSameCitizen)
    {
        var requirement = Decide(new() { Prompt = prompt }).ShouldBeOfType<AuthenticationDecision.SignIn>().Requirement;
        requirement.Fresh.ShouldBeTrue();
        requirement.CitizenId.ShouldBe(isSameCitizen ? Citizen : null);
    }

    [Theory]
    [InlineData(600, true)]
    [InlineData(300, true)]
    [InlineData(299, false)]
    [InlineData(0, false)]
    public void Max_age_counts_from_the_last_touch_of_a_passkey(long maxAge, bool isEnough)
        => (Decide(new() { MaxAge = maxAge }) is AuthenticationDecision.Enough).ShouldBe(isEnough);

    [Theory]
    [InlineData("urn:moi:acr:1", true)]
    [InlineData("urn:moi:acr:3 urn:moi:acr:1", true)]
    [InlineData("urn:unknown urn:moi:acr:1", true)]
    public void One_level_that_is_reached_is_enough(string values, bool isEnough)
        => (Decide(new() { AcrValues = values }) is AuthenticationDecision.Enough).ShouldBe(isEnough);

    [Theory]
    [InlineData("urn:moi:acr:2")]
    [InlineData("urn:moi:acr:3 urn:moi:acr:2")]
    [InlineData("urn:unknown")]
    public void Levels_that_nobody_can_reach_are_refused_at_once(string values)
        => Decide(new() { AcrValues = values }).ShouldBeOfType<AuthenticationDecision.Refuse>()
            .Error.ShouldBe("unmet_authentication_requirements");

    [Fact(DisplayName = "S1: only an authentication of this transaction and this session answers a step-up")]
    public void S1()
    {
        var request = new OpenIddictRequest { Prompt = "login", MaxAge = 0 };
        var outcome = new AuthenticationOutcome("sid", Citizen, Passkey, Now, "urn:moi:acr:1");

        Decide(request, outcome).ShouldBeOfType<AuthenticationDecision.Enough>();
        Decide(request, null).ShouldBeOfType<AuthenticationDecision.SignIn>();
        Decide(request, outcome with { Sid = "another" }).ShouldBeOfType<AuthenticationDecision.SignIn>();
        Decide(request, outcome with { CitizenId = Passkey }).ShouldBeOfType<AuthenticationDecision.SignIn>();
        Decide(request, outcome with { CredentialId = Citizen }).ShouldBeOfType<AuthenticationDecision.SignIn>();
    }

    private static AuthenticationDecision Decide(OpenIddictRequest request, AuthenticationOutcome? outcome = null)
        => AuthenticationPolicy.Decide(
            request,
            new Session
            {
                Sid = "sid",
                SecretHash = [],
                CitizenId = Citizen,
                CredentialId = Passkey,
                AuthTime = Now.AddMinutes(-5),
                Acr = "urn:moi:acr:1",
                Amr = ["hwk"],
                CreatedAt = Now.AddMinutes(-5),
                LastSeenAt = Now,
                Device = "",
                DisplayLabel = "",
            },
            outcome, Now);
}
