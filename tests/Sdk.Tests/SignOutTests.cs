using System.Net;
using Moi.Identity.Sdk.Tests.Fake;

namespace Moi.Identity.Sdk.Tests;

/// <summary>OpenID Connect RP-Initiated Logout 1.0.</summary>
public sealed class SignOutTests
{
    [Fact]
    public async Task Signing_out_ends_the_session_here_and_asks_the_provider()
    {
        await using var agency = await Agency.StartAsync();
        using var signedIn = await agency.SignInAsync();
        var cookie = agency.Browser.Cookies.GetCookies(new Uri(agency.Origin))["moi-session"]!.Value;

        using var response = await agency.Browser.PostAsync(agency.Origin + "/moi/logout");

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var asked = agency.Provider.LastEndSession;
        asked["client_id"].ShouldBe("agency");
        asked["id_token_hint"].ShouldStartWith("eyJ");
        asked["post_logout_redirect_uri"].ShouldBe(agency.Origin + "/moi/signed-out");
        (await agency.IsSignedInAsync()).ShouldBeFalse();

        using var thief = new Browser();
        thief.Headers["Cookie"] = "moi-session=" + cookie;
        using var kept = await thief.OnceAsync(HttpMethod.Get, agency.Origin + "/form");
        kept.StatusCode.ShouldBe(HttpStatusCode.Redirect, "a copy of the cookie is worth nothing afterwards");
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    public async Task Another_site_cannot_sign_a_citizen_out(string header, string value)
    {
        await using var agency = await Agency.StartAsync();
        using var signedIn = await agency.SignInAsync();
        agency.Browser.Headers[header] = value;

        using var response = await agency.Browser.PostAsync(agency.Origin + "/moi/logout");

        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await response.Content.ReadAsStringAsync()).ShouldContain("MOI-LOG-101");
        (await agency.IsSignedInAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task A_link_cannot_sign_a_citizen_out()
    {
        await using var agency = await Agency.StartAsync();
        using var signedIn = await agency.SignInAsync();

        using var response = await agency.GetAsync("/moi/logout");

        response.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        (await agency.IsSignedInAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task When_the_provider_is_away_the_citizen_is_signed_out_here_all_the_same()
    {
        await using var agency = await Agency.StartAsync();
        using var signedIn = await agency.SignInAsync();
        await agency.Provider.StopAsync();

        // The addresses are known from the sign-in: the redirect still names the provider, the session here is gone before.
        using var response = await agency.Browser.OnceAsync(HttpMethod.Post, agency.Origin + "/moi/logout");
        response.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        agency.Browser.Cookies.GetCookies(new Uri(agency.Origin))["moi-session"].ShouldBeNull();
    }

    [Fact]
    public async Task Somebody_who_is_not_signed_in_just_reads_so()
    {
        await using var agency = await Agency.StartAsync();

        using var response = await agency.Browser.PostAsync(agency.Origin + "/moi/logout");

        agency.Browser.Visited[^1].AbsolutePath.ShouldBe("/moi/signed-out");
        agency.Provider.LastEndSession.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_application_can_choose_where_citizens_arrive()
    {
        await using var agency = await Agency.StartAsync(("SignedOutRedirect", "/?bye"));
        using var signedIn = await agency.SignInAsync();

        using var response = await agency.Browser.PostAsync(agency.Origin + "/moi/logout");

        agency.Browser.Visited[^1].PathAndQuery.ShouldBe("/?bye");
    }
}
