using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace Moi.Identity.Idp.Tests.Web;

public sealed partial class ErrorPageTests(WebParts web) : IClassFixture<WebParts>
{
    [Theory]
    [InlineData("/no-such-page", 404, "MOI-SYS-404", "找不到這個頁面")]
    [InlineData("/status/400", 400, "MOI-SYS-400", "我們讀不懂這個要求")]
    [InlineData("/status/405", 405, "MOI-SYS-405", "這個頁面不能這樣開啟")]
    [InlineData("/status/429", 429, "MOI-SYS-429", "嘗試的次數太多")]
    [InlineData("/status/500", 500, "MOI-SYS-500", "我們這邊出了問題")]
    [InlineData("/status/503", 503, "MOI-SYS-503", "服務暫時無法使用")]
    [InlineData("/too-large", 413, "MOI-SYS-413", "送出的內容太大")]
    [InlineData("/fails", 500, "MOI-SYS-500", "我們這邊出了問題")]
    [InlineData("/database-away", 503, "MOI-SYS-503", "服務暫時無法使用")]
    public async Task A_page_tells_the_code_the_trace_and_at_least_two_ways_on(string path, int status, string code, string title)
    {
        using var answer = await web.GetAsync(path);
        ((int)answer.StatusCode).ShouldBe(status);
        var page = await answer.TextAsync();
        page.ShouldContain($"<h1>{title}</h1>");
        page.ShouldContain($">{code}</strong>");
        Trace().IsMatch(page).ShouldBeTrue();
        WayOn().Count(page).ShouldBeGreaterThanOrEqualTo(2);
    }

    [Fact]
    public async Task The_database_away_asks_to_come_back()
    {
        using var answer = await web.GetAsync("/database-away");
        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_failure_is_logged_once_with_the_trace_that_the_page_shows_and_stays_inside()
    {
        using var answer = await web.GetAsync("/fails");
        var page = await answer.TextAsync();
        page.ShouldNotContain("the secret reason");
        page.ShouldNotContain("InvalidOperationException");
        var trace = Trace().Match(page).Groups["id"].Value;
        var line = web.Logged(LogLevel.Error).Where(l => l.Contains(trace, StringComparison.Ordinal)).ShouldHaveSingleItem();
        line.ShouldStartWith("9000 MOI-SYS-500");
        line.ShouldContain("the secret reason");
    }

    [Fact]
    public async Task A_client_of_JSON_gets_problem_details()
    {
        using var answer = await web.GetAsync("/no-such-page", ("Accept", "application/json"), ("Accept-Language", "en"));
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        using var json = JsonDocument.Parse(await answer.TextAsync());
        json.RootElement.GetProperty("code").GetString().ShouldBe("MOI-SYS-404");
        json.RootElement.GetProperty("title").GetString().ShouldBe("We cannot find this page");
        json.RootElement.GetProperty("traceId").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task An_answer_that_already_says_why_is_left_alone()
    {
        using var answer = await web.GetAsync("/challenged");
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await answer.TextAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_form_without_its_secret_field_gets_a_page()
    {
        using var answer = await web.SendAsync(HttpMethod.Post, "/", new FormUrlEncodedContent([]));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.TextAsync()).ShouldContain("MOI-SYS-403");
    }

    [Fact]
    public async Task A_form_opened_before_a_sign_in_in_another_tab_stays_good()
    {
        using var opened = await web.GetAsync("/form-field");
        var field = await opened.TextAsync();
        var cookie = opened.Header("Set-Cookie").Split(';')[0];
        cookie.ShouldStartWith("__Host-moi-form=");
        (await SubmitAsync(field, cookie)).ShouldBe("accepted");
        (await SubmitAsync(field, cookie, ("Test-Citizen", "1"))).ShouldBe("accepted");
        (await SubmitAsync(field, "__Host-moi-form=other")).ShouldBe("refused");

        // A pair that somebody else brought along is no good from elsewhere.
        (await SubmitAsync(field, cookie, ("Sec-Fetch-Site", "same-origin"))).ShouldBe("accepted");
        (await SubmitAsync(field, cookie, ("Sec-Fetch-Site", "none"))).ShouldBe("accepted");
        (await SubmitAsync(field, cookie, ("Sec-Fetch-Site", "same-site"))).ShouldBe("refused");
        (await SubmitAsync(field, cookie, ("Sec-Fetch-Site", "cross-site"))).ShouldBe("refused");
    }

    private async Task<string> SubmitAsync(string field, string cookie, params (string, string)[] headers)
    {
        using var form = new FormUrlEncodedContent([new("__RequestVerificationToken", field)]);
        using var answer = await web.SendAsync(HttpMethod.Post, "/form", form, [("Cookie", cookie), .. headers]);
        return await answer.TextAsync();
    }

    [GeneratedRegex("""id="problem-trace">(?<id>[^<]+)</code>""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Trace();

    [GeneratedRegex("""<a class="btn(-quiet)?" href="/""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex WayOn();
}
