using System.Net;
using Moi.Identity.Sdk.Tests.Fake;

namespace Moi.Identity.Sdk.Tests;

/// <summary>OpenID Connect Discovery §4.3 and RFC 9207: who is answering?</summary>
public sealed class IssuerTests
{
    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("wrong case")]
    [InlineData("without its slash")]
    [InlineData(null)]
    public async Task A_success_with_another_iss_or_none_is_refused_before_its_code_is_used(string? iss)
    {
        await using var agency = await Agency.StartAsync();
        agency.Provider.BendAnswer = answer => answer["iss"] = Bend(agency, iss);

        using var response = await agency.SignInAsync();

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).ShouldContain("MOI-AUTH-104");
        agency.Provider.Assertions.Count.ShouldBe(1, "the token endpoint never saw the code");
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData(null)]
    public async Task An_error_with_another_iss_or_none_is_refused_as_such(string? iss)
    {
        await using var agency = await Agency.StartAsync();
        agency.Provider.AuthorizeError = "access_denied";
        agency.Provider.BendAnswer = answer => answer["iss"] = iss;

        using var response = await agency.SignInAsync();

        (await response.Content.ReadAsStringAsync()).ShouldContain("MOI-AUTH-104");
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("wrong case")]
    [InlineData("a path more")]
    public async Task A_provider_that_calls_itself_something_else_is_not_used(string issuer)
    {
        await using var agency = await Agency.StartAsync();
        agency.Provider.Issuer = Bend(agency, issuer)!;

        using var response = await agency.SignInAsync();

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        agency.Provider.AuthorizeCount.ShouldBe(0);
        agency.Log.Lines.ShouldContain(line => line.Contains("MOI031", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("with the slash")]
    [InlineData("without its slash")]
    public async Task The_final_slash_of_an_authority_without_a_path_may_differ(string issuer)
    {
        await using var agency = await Agency.StartAsync();
        agency.Provider.Issuer = Bend(agency, issuer)!;

        using var response = await agency.SignInAsync();

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_answer_that_did_not_start_in_this_browser_is_refused()
    {
        await using var agency = await Agency.StartAsync();
        using var theirs = new Browser();
        using var started = await theirs.OnceAsync(HttpMethod.Get, agency.Origin + "/moi/login?returnUrl=/me");
        using var answer = await theirs.OnceAsync(HttpMethod.Get, started.Headers.Location!.AbsoluteUri);

        using var response = await agency.Browser.GetAsync(answer.Headers.Location!.AbsoluteUri);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).ShouldContain("MOI-AUTH-103");
        agency.Provider.Assertions.Count.ShouldBe(1, "the token endpoint never saw the code");
    }

    [Theory]
    [InlineData("")]
    [InlineData("?code=x")]
    [InlineData("?state=x&code=y")]
    [InlineData("?error=access_denied&state=x")]
    [InlineData("?id_token=x&state=y")]
    public async Task A_callback_out_of_nowhere_is_a_page_not_a_failure(string query)
    {
        await using var agency = await Agency.StartAsync();

        using var response = await agency.GetAsync("/moi/callback" + query);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).ShouldContain("MOI-AUTH-10");
    }

    private static string? Bend(Agency agency, string? how) => how switch
    {
        "wrong case" => agency.Provider.Origin.Replace("idp", "IDP", StringComparison.Ordinal) + "/",
        "without its slash" => agency.Provider.Origin,
        "with the slash" => agency.Provider.Origin + "/",
        "a path more" => agency.Provider.Origin + "/tenant",
        _ => how,
    };
}
