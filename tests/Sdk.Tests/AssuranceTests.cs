using System.Globalization;
using System.Net;
using System.Security.Claims;
using Moi.Identity.Assurance;
using Moi.Identity.Sdk.Tests.Fake;

namespace Moi.Identity.Sdk.Tests;

/// <summary>Step-up: asked for once, checked on return, never a loop.</summary>
public sealed class AssuranceTests
{
    private static readonly Persona High = Persona.First with { Acr = "urn:moi:acr:3" };
    private static readonly Persona Stale = Persona.First with { Touched = TimeSpan.FromMinutes(20) };

    [Theory]
    [InlineData("urn:moi:acr:3", 0, AssuranceLevel.Three, null, true)]
    [InlineData("urn:moi:acr:3", 0, AssuranceLevel.One, null, true)]
    [InlineData("urn:moi:acr:2", 0, AssuranceLevel.Three, null, false)]
    [InlineData("urn:moi:acr:9", 0, AssuranceLevel.One, null, false)]
    [InlineData("3", 0, AssuranceLevel.One, null, false)]
    [InlineData(null, 0, AssuranceLevel.One, null, false)]
    [InlineData("urn:moi:acr:1", 300, AssuranceLevel.One, 5, true)]
    [InlineData("urn:moi:acr:1", 310, AssuranceLevel.One, 5, true)]
    [InlineData("urn:moi:acr:1", 311, AssuranceLevel.One, 5, false)]
    [InlineData("urn:moi:acr:1", -10, AssuranceLevel.One, 5, true)]
    [InlineData("urn:moi:acr:1", -11, AssuranceLevel.One, 5, false)]
    [InlineData("urn:moi:acr:1", null, AssuranceLevel.One, 5, false)]
    [InlineData("urn:moi:acr:1", null, AssuranceLevel.One, null, true)]
    public void What_reaches_what(string? acr, int? secondsAgo, AssuranceLevel level, int? maxAgeMinutes, bool reached)
    {
        var now = DateTimeOffset.UnixEpoch.AddYears(57);

        StepUp.IsReached(
            acr, secondsAgo is { } s ? now.AddSeconds(-s) : null, level, maxAgeMinutes is { } m ? TimeSpan.FromMinutes(m) : null, now)
            .ShouldBe(reached);
    }

    [Fact]
    public async Task A_citizen_whose_sign_in_is_too_weak_is_sent_for_more_and_comes_back()
    {
        await using var agency = await Agency.StartAsync();
        using var first = await agency.SignInAsync();
        agency.Provider.Persona = High;

        using var response = await agency.GetAsync("/high");

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        agency.Browser.Visited[^1].AbsolutePath.ShouldBe("/high");
        agency.Provider.LastPushed["acr_values"].ShouldBe("urn:moi:acr:3");
        agency.Provider.LastPushed["max_age"].ShouldBe("900");
    }

    /// <summary>Seen failing on 2026-11-27: it opened for as long as the session lasted.</summary>
    [Fact]
    public async Task The_highest_level_is_used_up_after_a_quarter_of_an_hour()
    {
        await using var agency = await Agency.StartAsync();
        using var first = await agency.SignInAsync(High);
        agency.Time.Advance(TimeSpan.FromMinutes(15));
        using var still = await agency.GetAsync("/high");
        agency.Provider.AuthorizeCount.ShouldBe(1);
        agency.Time.Advance(TimeSpan.FromSeconds(11));

        using var again = await agency.GetAsync("/high");

        again.StatusCode.ShouldBe(HttpStatusCode.OK);
        agency.Provider.AuthorizeCount.ShouldBe(2);
        agency.Provider.LastPushed["max_age"].ShouldBe("900");
    }

    /// <summary>Seen failing on 2026-11-27: the level of the citizen stayed three for as long as the session lasted.</summary>
    [Fact]
    public async Task The_citizens_level_sinks_by_itself_and_one_step_up_brings_it_back()
    {
        await using var agency = await Agency.StartAsync(("SessionIdleTimeout", "08:00:00"));
        using var first = await agency.SignInAsync(High);
        (await MeAsync()).ShouldContain("\"level\":3");
        agency.Time.Advance(TimeSpan.FromHours(7));

        var sunk = await MeAsync();
        using var high = await agency.GetAsync("/high");
        using var again = await agency.GetAsync("/high");

        sunk.ShouldContain("\"level\":2");
        sunk.ShouldContain("\"acr\":\"urn:moi:acr:3\"", Case.Sensitive, "as the provider said it");
        high.StatusCode.ShouldBe(HttpStatusCode.OK);
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
        agency.Provider.AuthorizeCount.ShouldBe(2);
        (await MeAsync()).ShouldContain("\"level\":3");

        async Task<string> MeAsync()
        {
            using var me = await agency.GetAsync("/me");
            return await me.Content.ReadAsStringAsync();
        }
    }

    [Theory]
    [InlineData(AssuranceLevel.Three, null, 15)]
    [InlineData(AssuranceLevel.Three, 60, 15)]
    [InlineData(AssuranceLevel.Three, 5, 5)]
    [InlineData(AssuranceLevel.Two, 60, 60)]
    [InlineData(AssuranceLevel.Two, null, null)]
    public void How_old_what_is_asked_for_may_be(AssuranceLevel level, int? set, int? minutes)
    {
        var requirement = set is { } age ? new RequireAssuranceAttribute(level) { MaxAgeMinutes = age } : new RequireAssuranceAttribute(level);

        requirement.MaxAge.ShouldBe(minutes is { } limit ? TimeSpan.FromMinutes(limit) : null);
    }

    [Theory]
    [InlineData("urn:moi:acr:3", 900, AssuranceLevel.Three)]
    [InlineData("urn:moi:acr:3", 911, AssuranceLevel.Two)]
    [InlineData("urn:moi:acr:3", null, AssuranceLevel.Two)]
    [InlineData("urn:moi:acr:2", 86_400, AssuranceLevel.Two)]
    [InlineData("urn:other", 1, null)]
    public void What_is_left_of_a_level(string acr, int? secondsAgo, AssuranceLevel? left)
    {
        var now = DateTimeOffset.UnixEpoch.AddYears(57);
        Claim[] claims = secondsAgo is { } ago
            ? [new("sub", "x"), new("acr", acr), new("auth_time", now.AddSeconds(-ago).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture))]
            : [new("sub", "x"), new("acr", acr)];

        CitizenContext.From(new ClaimsPrincipal(new ClaimsIdentity(claims, "session")))!.LevelAt(now).ShouldBe(left);
    }

    [Fact]
    public async Task A_touch_too_long_ago_is_asked_for_again()
    {
        await using var agency = await Agency.StartAsync();
        using var first = await agency.SignInAsync();
        using var fresh = await agency.GetAsync("/fresh");
        agency.Provider.AuthorizeCount.ShouldBe(1, "the sign-in itself was fresh enough");
        agency.Time.Advance(TimeSpan.FromMinutes(6));

        using var response = await agency.GetAsync("/fresh");

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        agency.Provider.AuthorizeCount.ShouldBe(2);
        agency.Provider.LastPushed["max_age"].ShouldBe("300");
        agency.Provider.LastPushed["acr_values"].ShouldBe("urn:moi:acr:1");
    }

    [Fact]
    public async Task Somebody_not_signed_in_is_asked_for_everything_at_once()
    {
        await using var agency = await Agency.StartAsync();
        agency.Provider.Persona = High;

        using var response = await agency.GetAsync("/high");

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        agency.Provider.AuthorizeCount.ShouldBe(1);
    }

    [Theory]
    [InlineData("/high", "too weak")]
    [InlineData("/fresh", "too old")]
    [InlineData("/high", "used up")]
    public async Task A_provider_that_does_not_do_what_was_asked_ends_on_a_page_not_in_a_loop(string path, string fault)
    {
        await using var agency = await Agency.StartAsync();
        using var first = await agency.SignInAsync(fault switch
        {
            "too old" => Stale,
            "used up" => Stale with { Acr = "urn:moi:acr:3" },
            _ => Persona.First,
        });

        using var response = await agency.GetAsync(path);

        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        var page = await response.Content.ReadAsStringAsync();
        page.ShouldContain("MOI-AUTH-102");
        page.ShouldContain($"href=\"{path}\"", Case.Sensitive, "a way to try again");
        agency.Provider.AuthorizeCount.ShouldBe(2);
        (await agency.IsSignedInAsync()).ShouldBeTrue("the earlier session is as it was");
    }

    [Theory]
    [InlineData("unmet_authentication_requirements", "MOI-AUTH-102", HttpStatusCode.Forbidden)]
    [InlineData("access_denied", "MOI-AUTH-101", HttpStatusCode.Forbidden)]
    [InlineData("temporarily_unavailable", "MOI-SYS-101", HttpStatusCode.ServiceUnavailable)]
    [InlineData("server_error", "MOI-AUTH-106", HttpStatusCode.BadGateway)]
    [InlineData("login_required", "MOI-AUTH-106", HttpStatusCode.BadGateway)]
    public async Task An_error_of_the_provider_is_a_page_with_a_code(string error, string code, HttpStatusCode status)
    {
        await using var agency = await Agency.StartAsync();
        using var first = await agency.SignInAsync();
        agency.Provider.AuthorizeError = error;

        using var response = await agency.GetAsync("/high");

        response.StatusCode.ShouldBe(status);
        (await response.Content.ReadAsStringAsync()).ShouldContain(code);
        agency.Provider.AuthorizeCount.ShouldBe(2);
        (await agency.IsSignedInAsync()).ShouldBeTrue();
        agency.Log.Lines.ShouldContain(line => line.Contains(code, StringComparison.Ordinal));
        agency.Log.Lines.ShouldNotContain(line => line.Contains("\nforged", StringComparison.Ordinal) && line.StartsWith("Warning 52", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_citizen_cannot_answer_a_step_up()
    {
        await using var agency = await Agency.StartAsync();
        using var first = await agency.SignInAsync();
        agency.Provider.Persona = Persona.Second with { Acr = "urn:moi:acr:3" };

        using var response = await agency.GetAsync("/high");

        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await response.Content.ReadAsStringAsync()).ShouldContain("MOI-AUTH-105");
        using var me = await agency.GetAsync("/me");
        (await me.Content.ReadAsStringAsync()).ShouldContain("subject-1");
    }

    [Fact]
    public async Task A_script_is_told_instead_of_redirected()
    {
        await using var agency = await Agency.StartAsync();
        using var first = await agency.SignInAsync();
        agency.Browser.Headers["Sec-Fetch-Mode"] = "cors";

        using var response = await agency.GetAsync("/high");

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        var problem = await response.Content.ReadAsStringAsync();
        problem.ShouldContain("insufficient_user_authentication");
        problem.ShouldContain("urn:moi:acr:3");
        agency.Provider.AuthorizeCount.ShouldBe(1);
    }

    [Fact]
    public async Task A_missing_role_is_not_cured_by_a_step_up()
    {
        await using var agency = await Agency.StartAsync();
        using var first = await agency.SignInAsync();

        using var response = await agency.GetAsync("/role");

        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await response.Content.ReadAsStringAsync()).ShouldContain("MOI-AUTH-107");
        agency.Provider.AuthorizeCount.ShouldBe(1);
    }

    [Theory]
    [InlineData("own page", "/form?a=1")]
    [InlineData("elsewhere", "/")]
    public async Task After_a_form_the_citizen_returns_to_the_page_that_held_it(string referer, string arrives)
    {
        await using var agency = await Agency.StartAsync();
        using var first = await agency.SignInAsync();
        agency.Provider.Persona = High;
        agency.Browser.Headers["Referer"] = referer == "own page" ? agency.Origin + "/form?a=1" : "https://evil.example/form?a=1";

        using var response = await agency.Browser.PostAsync(agency.Origin + "/form");

        agency.Browser.Visited[^1].PathAndQuery.ShouldBe(arrives);
        using var again = await agency.Browser.PostAsync(agency.Origin + "/form");
        (await again.Content.ReadAsStringAsync()).ShouldBe("posted");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(1441)]
    public void An_age_nobody_could_meet_or_that_means_nothing_is_a_mistake(int minutes) =>
        Should.Throw<ArgumentOutOfRangeException>(() => new RequireAssuranceAttribute(AssuranceLevel.One) { MaxAgeMinutes = minutes });

    [Fact]
    public void A_level_that_does_not_exist_is_a_mistake() =>
        Should.Throw<ArgumentOutOfRangeException>(() => new RequireAssuranceAttribute((AssuranceLevel)4));

    [Fact]
    public void Several_requirements_add_up_to_the_highest_level_and_the_shortest_age()
    {
        var sum = StepUp.From(
        [
            new RequireAssuranceAttribute(AssuranceLevel.Three),
            new RequireAssuranceAttribute(AssuranceLevel.One) { MaxAgeMinutes = 5 },
            new RequireAssuranceAttribute(AssuranceLevel.Two) { MaxAgeMinutes = 60 },
        ]);

        sum.ShouldBe(new StepUp(AssuranceLevel.Three, TimeSpan.FromMinutes(5)));
    }
}
