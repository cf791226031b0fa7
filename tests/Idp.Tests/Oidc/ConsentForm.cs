using System.Text.RegularExpressions;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>Answers the consent page as a browser does.</summary>
internal static partial class ConsentForm
{
    /// <returns>Where the browser ends up after our own pages.</returns>
    internal static async Task<Uri> AnswerAsync(TestBrowser browser, Uri page, bool agree)
    {
        var html = await (await browser.GetAsync(page.PathAndQuery)).Content.ReadAsStringAsync();
        var next = (await PostAsync(browser, page, html, agree ? "agree" : "decline")).Redirect();
        return next.AbsolutePath == "/connect/authorize" ? (await browser.GetAsync(next.PathAndQuery)).Redirect() : next;
    }

    /// <summary>Presses a button of a page that was read before.</summary>
    internal static Task<HttpResponseMessage> PostAsync(TestBrowser browser, Uri page, string html, string answer)
    {
        var field = Antiforgery().Match(html);
        field.Success.ShouldBeTrue(html);
        return browser.PostAsync(
            page.PathAndQuery,
            new Dictionary<string, string>
            {
                ["__RequestVerificationToken"] = System.Net.WebUtility.HtmlDecode(field.Groups["field"].Value),
                ["answer"] = answer,
            });
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"(?<field>[^\"]*)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Antiforgery();
}
