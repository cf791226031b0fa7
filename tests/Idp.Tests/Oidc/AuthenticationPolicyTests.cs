using Moi.Identity.Idp.Features.Oidc.Authorize;
using Moi.Identity.Idp.Features.Passkeys;
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

    private static readonly AssuranceOptions Proofing = new() { IdentityProofing = true };

    [Fact]
    public void Any_session_will_do_for_a_plain_request() => Decide(new()).ShouldBeOfType<AuthenticationDecision.Enough>();

    [Fact]
    public void Without_a_session_the_citizen_signs_in()
        => AuthenticationPolicy.Decide(new(), null, null, AssuranceLevels.One, AssuranceLevels.Attainable(new()), Now).ShouldBeOfType<AuthenticationDecision.SignIn>()
            .Requirement.Fresh.ShouldBeFalse();

    [Theory(DisplayName = "S1: who is signed out touches a passkey too; a session that appears meanwhile is not enough")]
    [InlineData("login")]
    [InlineData("select_account")]
    public void S1_signed_out(string prompt)
        => AuthenticationPolicy.Decide(
            new() { Prompt = prompt }, null, null, AssuranceLevels.One, AssuranceLevels.Attainable(new()), Now).ShouldBeOfType<AuthenticationDecision.SignIn>()
            .Requirement.Fresh.ShouldBeTrue();

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
            .Refusal.Error.ShouldBe("unmet_authentication_requirements");

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

    [Theory]
    [InlineData("urn:moi:acr:3", "urn:moi:acr:3", 15, true)]
    [InlineData("urn:moi:acr:3", "urn:moi:acr:3", 16, false)]
    [InlineData("urn:moi:acr:3", "urn:moi:acr:2", 16, true)]
    [InlineData("urn:moi:acr:3", "urn:moi:acr:1", 600, true)]
    [InlineData("urn:moi:acr:2", "urn:moi:acr:2", 600, true)]
    [InlineData("urn:moi:acr:2", "urn:moi:acr:3", 0, false)]
    [InlineData("urn:moi:acr:1", "urn:moi:acr:2", 0, false)]
    public void A_high_level_wears_off_and_a_low_one_asks_for_a_better_passkey(string reached, string asked, int minutesAgo, bool isEnough)
    {
        var decision = Decide(new() { AcrValues = asked }, null, reached, minutesAgo, Proofing);
        if (isEnough)
        {
            decision.ShouldBeOfType<AuthenticationDecision.Enough>();
            return;
        }

        var requirement = decision.ShouldBeOfType<AuthenticationDecision.SignIn>().Requirement;
        (requirement.Fresh, requirement.CitizenId).ShouldBe((true, Citizen));
        requirement.AcrValues.ShouldBe([asked]);
    }

    [Theory]
    [InlineData(null, "urn:moi:acr:2", true)]
    [InlineData(null, "urn:moi:acr:1", false)]
    [InlineData("urn:moi:acr:1", "urn:moi:acr:1", false)]
    [InlineData("urn:moi:acr:1 urn:moi:acr:3", "urn:moi:acr:2", false)]
    [InlineData("urn:moi:acr:1 urn:moi:acr:3", "urn:moi:acr:3", true)]
    [InlineData("urn:unknown", "urn:moi:acr:2", true)]
    public void A_client_that_wants_level_2_of_everybody_gets_it_whatever_it_asks_for(string? asked, string reached, bool isEnough)
        => (Decide(new() { AcrValues = asked }, null, reached, 0, Proofing, AssuranceLevels.Two) is AuthenticationDecision.Enough).ShouldBe(isEnough);

    [Fact]
    public void A_minimum_that_nobody_can_reach_is_refused_at_once()
        => Decide(new(), minimum: AssuranceLevels.Two).ShouldBeOfType<AuthenticationDecision.Refuse>()
            .Refusal.Error.ShouldBe("unmet_authentication_requirements");

    [Fact]
    public void A_passkey_that_was_just_used_and_does_not_reach_the_level_is_not_asked_for_again()
    {
        var outcome = new AuthenticationOutcome("sid", Citizen, Passkey, Now, "urn:moi:acr:2");
        Decide(new() { AcrValues = "urn:moi:acr:3" }, outcome, "urn:moi:acr:2", 0, Proofing).ShouldBeOfType<AuthenticationDecision.Refuse>()
            .Refusal.Error.ShouldBe("unmet_authentication_requirements");
    }

    [Theory(DisplayName = "S1, OpenID Connect Core §5.5.1.1: an essential acr claim is met like acr_values, by a passkey of this transaction")]
    [InlineData("urn:moi:acr:3", null, "urn:moi:acr:3", true)]
    [InlineData("urn:moi:acr:3", null, "urn:moi:acr:2", false)]
    [InlineData("urn:moi:acr:2", "urn:moi:acr:1", "urn:moi:acr:1", false)]
    [InlineData("urn:moi:acr:1", "urn:moi:acr:2", "urn:moi:acr:1", false)]
    [InlineData("urn:moi:acr:1", "urn:moi:acr:2", "urn:moi:acr:2", true)]
    public void S1_claims(string essential, string? acrValues, string reached, bool isEnough)
    {
        var request = new OpenIddictRequest { AcrValues = acrValues, ["claims"] = $$$$"""{"id_token":{"acr":{"essential":true,"value":"{{{{essential}}}}"}}}""" };

        var before = Decide(request, null, reached, 0, Proofing);
        (before is AuthenticationDecision.Enough).ShouldBe(isEnough);
        if (!isEnough)
        {
            var requirement = before.ShouldBeOfType<AuthenticationDecision.SignIn>().Requirement;
            (requirement.Fresh, requirement.CitizenId).ShouldBe((true, Citizen));
            Decide(request, new AuthenticationOutcome("sid", Citizen, Passkey, Now, reached), reached, 0, Proofing)
                .ShouldBeOfType<AuthenticationDecision.Refuse>().Refusal.Error.ShouldBe("unmet_authentication_requirements");
        }
    }

    [Fact]
    public void Acr_values_and_an_essential_acr_that_no_level_can_meet_together_are_refused_at_once()
        => Decide(new() { AcrValues = "urn:unknown", ["claims"] = """{"id_token":{"acr":{"essential":true,"value":"urn:moi:acr:1"}}}""" })
            .ShouldBeOfType<AuthenticationDecision.Refuse>();

    private static AuthenticationDecision Decide(
        OpenIddictRequest request, AuthenticationOutcome? outcome = null, string acr = "urn:moi:acr:1", int minutesAgo = 5, AssuranceOptions? options = null, string minimum = AssuranceLevels.One)
        => AuthenticationPolicy.Decide(
            request,
            new Session
            {
                Sid = "sid",
                SecretHash = [],
                CitizenId = Citizen,
                CredentialId = Passkey,
                AuthTime = Now.AddMinutes(-minutesAgo),
                Acr = acr,
                Amr = ["hwk"],
                CreatedAt = Now.AddMinutes(-5),
                LastSeenAt = Now,
                Device = "",
                DisplayLabel = "",
            },
            outcome, minimum, AssuranceLevels.Attainable(options ?? new()), Now);
}
