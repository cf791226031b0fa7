using System.Collections;
using System.Globalization;
using System.Resources;
using Moi.Identity.Pages;
using Moi.Identity.Sdk.Tests.Fake;

namespace Moi.Identity.Sdk.Tests;

/// <summary>The few pages the package shows itself.</summary>
public sealed class PageTests
{
    public static TheoryData<string> Problems => [.. SignInProblem.All.Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Problems))]
    public void Every_problem_has_words_in_both_languages(string problem)
    {
        foreach (var part in (string[])[".Title", ".Text"])
        {
            var chinese = Words.Get(problem + part, Words.Chinese);
            var english = Words.Get(problem + part, Words.English);
            chinese.Any(c => c > 0x2E80).ShouldBeTrue();
            english.All(char.IsAscii).ShouldBeTrue();
        }
    }

    [Fact]
    public void Codes_are_never_shared() => SignInProblem.All.Select(p => p.Code).ShouldBeUnique();

    [Fact]
    public void No_text_is_left_over_and_none_is_missing()
    {
        var texts = new ResourceManager("Moi.Identity.Pages.Words", typeof(Words).Assembly);
        string[] Keys(CultureInfo culture, bool parents) =>
            [.. texts.GetResourceSet(culture, true, parents)!.Cast<DictionaryEntry>().Select(e => (string)e.Key).Order(StringComparer.Ordinal)];

        var used = SignInProblem.All.Select(p => p.Name).Append("SignedOut").SelectMany(n => new[] { n + ".Title", n + ".Text" })
            .Concat(["Retry", "Home", "Code", "Trace"]).Order(StringComparer.Ordinal);
        Keys(Words.English, parents: false).ShouldBe(used);
        Keys(CultureInfo.InvariantCulture, parents: true).ShouldBe(used);
    }

    [Theory]
    [InlineData("zh-TW", "zh-Hant-TW", "您已登出")]
    [InlineData("zh-Hant-TW,en;q=0.5", "zh-Hant-TW", "您已登出")]
    [InlineData("en-GB,zh;q=0.5", "en", "You have signed out")]
    [InlineData("fr,en;q=0.5", "en", "You have signed out")]
    [InlineData("fr", "zh-Hant-TW", "您已登出")]
    [InlineData("?;;=", "zh-Hant-TW", "您已登出")]
    public async Task A_page_speaks_the_browsers_language_and_runs_no_script(string accept, string lang, string title)
    {
        await using var agency = await Agency.StartAsync();
        agency.Browser.Headers["Accept-Language"] = accept;

        using var response = await agency.GetAsync("/moi/signed-out");

        var page = await response.Content.ReadAsStringAsync();
        page.ShouldContain($"<html lang=\"{lang}\">");
        page.ShouldContain($"<h1>{title}</h1>");
        page.ShouldNotContain("<script");
        page.ShouldNotContain("style=");
        response.Headers.GetValues("Content-Security-Policy").Single().ShouldStartWith("default-src 'none'; style-src 'self'");
        response.Headers.GetValues("Referrer-Policy").ShouldBe(["no-referrer"]);
        using var style = await agency.GetAsync("/moi/page.css");
        style.Content.Headers.ContentType!.MediaType.ShouldBe("text/css");
    }

    [Theory]
    [InlineData("zh-TW", "補助申請", "範例縣政府")]
    [InlineData("en", "Grants &amp; Aid", "Example County")]
    public async Task A_page_says_whose_it_is(string accept, string service, string agencyName)
    {
        await using var agency = await Agency.StartAsync(
            ("ClientName", "Grants & Aid"), ("ClientNames:zh-TW", "補助申請"), ("AgencyName", "範例縣政府"), ("AgencyNames:en", "Example County"));
        agency.Browser.Headers["Accept-Language"] = accept;

        using var response = await agency.GetAsync("/moi/signed-out");

        var page = await response.Content.ReadAsStringAsync();
        page.ShouldContain($"<header>\n<p class=\"agency\">{agencyName}</p>\n<p class=\"service\">{service}</p>\n</header>");
        page.ShouldContain($" - {service}</title>");
    }

    [Fact]
    public async Task Where_no_name_was_given_the_page_makes_none_up()
    {
        await using var agency = await Agency.StartAsync();

        using var response = await agency.GetAsync("/moi/signed-out");

        var page = await response.Content.ReadAsStringAsync();
        page.ShouldNotContain("<header>");
        page.ShouldContain("<title>您已登出</title>");
    }

    [Fact]
    public async Task The_setting_decides_the_language_when_it_says_so()
    {
        await using var agency = await Agency.StartAsync(("Language", "en"));
        agency.Browser.Headers["Accept-Language"] = "zh-TW";

        using var response = await agency.GetAsync("/moi/signed-out");

        (await response.Content.ReadAsStringAsync()).ShouldContain("<html lang=\"en\">");
    }

    [Fact]
    public async Task What_the_provider_writes_into_an_error_is_shown_to_nobody()
    {
        await using var agency = await Agency.StartAsync();
        agency.Provider.AuthorizeError = "<script>alert(1)</script>";

        using var response = await agency.SignInAsync();

        var page = await response.Content.ReadAsStringAsync();
        page.ShouldContain("MOI-AUTH-106");
        page.ShouldNotContain("alert");
        page.ShouldNotContain("forged");
    }
}
