using System.Net;

namespace Moi.Identity.Idp.Tests.Web;

public sealed class SecurityHeadersTests(WebParts web) : IClassFixture<WebParts>
{
    [Theory]
    [InlineData("/")]
    [InlineData("/no-such-page")]
    [InlineData("/fails")]
    [InlineData("/assets/css/site.css")]
    [InlineData("/health/live")]
    public async Task Every_answer_carries_them(string path)
    {
        using var answer = await web.GetAsync(path);
        var policy = answer.Header("Content-Security-Policy");
        policy.Split("; ").ShouldBe(
            [
                "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
                "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'", "require-trusted-types-for 'script'",
                "trusted-types 'none'",
            ],
            ignoreOrder: true);
        answer.Header("X-Content-Type-Options").ShouldBe("nosniff");
        answer.Header("Referrer-Policy").ShouldBe("same-origin");
        answer.Header("Cross-Origin-Opener-Policy").ShouldBe("same-origin");
        answer.Header("Cross-Origin-Resource-Policy").ShouldBe("same-origin");
        answer.Header("Strict-Transport-Security").ShouldStartWith("max-age=63072000");
        answer.Header("Permissions-Policy").ShouldContain("publickey-credentials-get=(self)");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/no-such-page")]
    [InlineData("/health/live")]
    public async Task No_page_is_kept_by_a_cache(string path)
    {
        using var answer = await web.GetAsync(path);
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
    }

    [Theory]
    [InlineData("https://agency.gov.tw/callback?a=b", "https://agency.gov.tw")]
    [InlineData("https://agency.gov.tw:8443/callback", "https://agency.gov.tw:8443")]
    [InlineData("http://127.0.0.1:51004/", "http://127.0.0.1:51004")]
    [InlineData("tw.gov.agency.app:/callback", "tw.gov.agency.app:")]
    [InlineData("https://agency.gov.tw/;script-src%20*", "https://agency.gov.tw")]
    public async Task A_form_may_end_at_the_agency_it_belongs_to(string target, string source)
    {
        using var answer = await web.GetAsync($"/form-to-agency?target={Uri.EscapeDataString(target)}");
        answer.Header("Content-Security-Policy").ShouldEndWith($"; form-action 'self' {source}");
        using var next = await web.GetAsync("/");
        next.Header("Content-Security-Policy").ShouldEndWith("; form-action 'self'");
    }

    [Theory(DisplayName = "S16: a Host header, or what a proxy may have added, never names this server")]
    [InlineData("Host", "attacker.example")]
    [InlineData("Host", "id.example.gov.tw.attacker.example")]
    [InlineData("Host", "id.example.gov.tw:8443")]
    [InlineData("Host", "attacker.id.example.gov.tw")]
    [InlineData("Host", "127.0.0.1")]
    public async Task A_foreign_host_is_refused(string header, string value)
    {
        using var answer = await web.GetAsync("/", (header, value));
        answer.StatusCode.ShouldBe(HttpStatusCode.MisdirectedRequest);
        var page = await answer.TextAsync();
        page.ShouldContain("MOI-SYS-421");
        page.ShouldContain("https://id.example.gov.tw/");
        page.ShouldNotContain("attacker");
    }

    [Theory]
    [InlineData("ID.example.gov.tw")]
    [InlineData("id.example.gov.tw:443")]
    public async Task The_public_host_may_be_spelled_in_other_ways(string host)
    {
        using var answer = await web.GetAsync("/", ("Host", host));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory(DisplayName = "S16: forwarded host names are not believed")]
    [InlineData("X-Forwarded-Host", "attacker.example")]
    [InlineData("Forwarded", "host=attacker.example")]
    public async Task Forwarded_names_change_nothing(string header, string value)
    {
        using var answer = await web.GetAsync("/.well-known/security.txt", (header, value));
        (await answer.TextAsync()).ShouldNotContain("attacker");
    }

    [Fact]
    public async Task Health_is_answered_under_any_host()
    {
        using var answer = await web.GetAsync("/health/live", ("Host", "10.0.0.7:8080"));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
