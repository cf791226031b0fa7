using System.Net;
using Moi.Identity.Idp.Tests.Hosting;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Passkeys;

public sealed class BrowserAnswerOnSqliteTests(SqliteIdp idp) : BrowserAnswerTests(idp), IClassFixture<SqliteIdp>;

public sealed class BrowserAnswerOnPostgresTests(PostgresIdp idp) : BrowserAnswerTests(idp), IClassFixture<PostgresIdp>;

/// <summary>What a browser may post: errors of its own, malformed and oversized input.</summary>
public abstract class BrowserAnswerTests(IdpFixture idp)
{
    [Theory]
    [InlineData("NotAllowedError", 1200, "MOI-WA-002")]
    [InlineData("AbortError", 1200, "MOI-WA-002")]
    [InlineData("NotAllowedError", 30, "MOI-WA-002")]
    [InlineData("InvalidStateError", 1200, "MOI-WA-004")]
    [InlineData("ConstraintError", 1200, "MOI-WA-005")]
    [InlineData("NotSupportedError", 1200, "MOI-WA-006")]
    [InlineData("Unsupported", 0, "MOI-WA-006")]
    [InlineData("SecurityError", 1200, "MOI-WA-001")]
    [InlineData("NotReadableError", 1200, "MOI-WA-007")]
    [InlineData("UnknownError", 1200, "MOI-WA-007")]
    [InlineData("JavaScriptNotEnabled", 0, "MOI-WA-008")]
    [InlineData("", 0, "MOI-WA-007")]
    public async Task Every_failure_in_the_browser_has_a_page_with_ways_on(string error, int elapsed, string code)
    {
        using var browser = idp.Browser();
        await browser.OpenAsync("/sign-in");
        await browser.FailAsync(error, elapsed);
        browser.Page.ProblemCode.ShouldBe(code);
        browser.Page.PasskeyForm.Fields["ceremony"].Length.ShouldBe(43);
        browser.Page.Body.ShouldContain("href=\"/sign-in/phone\"");
        browser.Page.Body.ShouldContain("href=\"/sign-in/trouble\"");
        browser.Page.Body.ShouldContain("id=\"problem-trace\"");

        browser.Languages = "zh-TW";
        await browser.FailAsync(error, elapsed);
        browser.Page.ProblemCode.ShouldBe(code);
        browser.Page.Text.ShouldNotContain(".Title");
    }

    [Fact]
    public async Task The_browser_of_an_app_that_refuses_at_once_is_recognised()
    {
        using var browser = idp.Browser();
        var page = await browser.OpenAsync("/sign-in");
        browser.UserAgent = "Mozilla/5.0 (Linux; Android 16; wv) AppleWebKit/537.36; wv) Chrome/156.0.0.0 Mobile Safari/537.36";
        await browser.SendAsync(page, page.PasskeyForm, ("response", ""), ("error", "NotAllowedError"), ("elapsed_ms", "20"));
        browser.Page.ProblemCode.ShouldBe("MOI-WA-003");
    }

    [Fact(DisplayName = "W12: line breaks and markup in the client's error reach neither log nor page")]
    public async Task W12_client_errors_are_never_shown_or_logged()
    {
        const string Evil = "Evil\r\nInformation forged line <b>bold</b>";
        using var browser = await idp.SignedOutAsync();
        await browser.OpenAsync("/sign-in");
        await browser.FailAsync(Evil);
        browser.Page.Body.ShouldNotContain("Evil");
        await browser.UsePasskeyAsync(new Lies { Origin = Evil, Type = Evil });
        browser.Page.Body.ShouldNotContain("Evil");
        idp.App.Log.All.ShouldNotContain(line => line.Contains("\nInformation forged", StringComparison.Ordinal) || line.Contains("<b>", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"id\":1}")]
    [InlineData("\"text\"")]
    [InlineData("{\"id\":\"AAAA\",\"rawId\":\"AAAA\",\"type\":\"public-key\",\"response\":{}}")]
    public async Task A_malformed_response_is_refused_on_a_page(string response)
    {
        using var browser = await idp.SignedOutAsync();
        var page = await browser.OpenAsync("/sign-in");
        (await browser.SendResponseAsync(page, response)).ProblemCode.ShouldBe("MOI-WA-016");
    }

    [Fact(DisplayName = "S15: deep, huge and endless input is refused early")]
    public async Task S15_large_input_is_refused()
    {
        using var browser = await idp.SignedOutAsync();
        var page = await browser.OpenAsync("/sign-in");
        var deep = new string('[', 20_000);
        (await browser.SendResponseAsync(page, deep)).ProblemCode.ShouldBe("MOI-WA-016");
        var large = await browser.SendResponseAsync(page, new string('x', 1024 * 1024));
        large.Status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        large.ProblemCode.ShouldBe("MOI-SYS-413");
    }

    [Fact]
    public async Task A_form_without_antiforgery_is_refused()
    {
        using var browser = await idp.SignedOutAsync();
        var page = await browser.OpenAsync("/sign-in");
        var refused = await browser.SendResponseAsync(page, browser.Answer(page), ("__RequestVerificationToken", null));
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.ProblemCode.ShouldBe("MOI-SYS-403");
        browser.Cookies.Keys.ShouldNotContain("moi-session");
    }
}
