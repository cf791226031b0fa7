using System.Globalization;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Tests.Web;

public sealed class LanguageTests(WebParts web) : IClassFixture<WebParts>
{
    [Theory]
    [InlineData("", "", "", "zh-Hant-TW")]
    [InlineData("", "", "fr, de;q=0.8", "zh-Hant-TW")]
    [InlineData("", "", "en-US,en;q=0.9", "en")]
    [InlineData("", "", "fr, en;q=0.5, zh-TW;q=0.7", "zh-Hant-TW")]
    [InlineData("", "", "zh;q=0, en;q=0.1", "en")]
    [InlineData("", "zh-TW", "en", "zh-Hant-TW")]
    [InlineData("", "nonsense", "en", "en")]
    [InlineData("en", "zh-TW", "zh-TW", "en")]
    [InlineData("fr en-GB zh", "", "", "en")]
    [InlineData("zh-Hant-TW", "en", "en", "zh-Hant-TW")]
    [InlineData("fr", "en", "", "en")]
    public async Task The_address_then_the_cookie_then_the_browser_decides(
        string uiLocales, string cookie, string accepted, string lang)
    {
        using var answer = await web.GetAsync(
            "/help?ui_locales=" + Uri.EscapeDataString(uiLocales),
            ("Cookie", $"{Languages.CookieName}={cookie}"), ("Accept-Language", accepted));
        (await answer.TextAsync()).ShouldContain($"<html lang=\"{lang}\">");
    }

    [Fact]
    public async Task The_switch_keeps_the_page_and_its_query()
    {
        using var answer = await web.GetAsync("/help?tx=a%26b&ui_locales=zh-TW");
        (await answer.TextAsync()).ShouldContain("href=\"/help?tx=a%26b&amp;ui_locales=en\"");
    }

    [Fact]
    public async Task A_language_in_the_address_is_remembered()
    {
        using var answer = await web.GetAsync("/help?ui_locales=en-GB");
        var cookie = answer.Header("Set-Cookie");
        cookie.ShouldStartWith("moi-language=en;");
        cookie.ShouldContain("httponly");
        cookie.ShouldContain("secure");
        cookie.ShouldContain("samesite=lax");
    }

    [Theory]
    [InlineData("zh-TW", "2026-11-23T15:59:59Z", "2026 年 11 月 23 日（民國 115 年）23:59")]
    [InlineData("zh-TW", "2026-12-31T16:00:00Z", "2027 年 1 月 1 日（民國 116 年）00:00")]
    [InlineData("en", "2026-12-31T16:00:00Z", "1 January 2027, 00:00")]
    public void Dates_are_those_of_Taiwan(string language, string moment, string text)
    {
        var before = CultureInfo.CurrentUICulture;
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(language);
        try
        {
            Dates.Moment(DateTimeOffset.Parse(moment, CultureInfo.InvariantCulture)).ShouldBe(text);
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }
}
