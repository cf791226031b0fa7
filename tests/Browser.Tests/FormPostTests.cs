using Moi.Identity.Browser.Tests.Browsers;
using Moi.Identity.Testing;
using static Moi.Identity.Browser.Tests.Citizens;

namespace Moi.Identity.Browser.Tests;

/// <summary>The page that hands the answer over by a form, in a browser that enforces our Content Security Policy.</summary>
public sealed class FormPostTests(PasskeyBrowser browser, Site site)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_citizen_gets_back_to_a_service_that_wants_its_answer_by_form(bool javaScript)
    {
        await site.RequestEverythingAsync();
        await using var device = await browser.DeviceAsync(InEnglish with { JavaScript = javaScript });
        var tab = await device.TabAsync();
        var posted = new TaskCompletionSource<string>();
        await tab.Page.RouteAsync("http://everything.localhost/callback", async route =>
        {
            posted.TrySetResult($"{route.Request.Method} {route.Request.PostData}");
            await route.FulfillAsync(new() { Body = "arrived" });
        });
        await Eventually.TrueAsync(
            async () =>
            {
                var answer = await tab.Page.GotoAsync(site.AskByForm);
                return answer!.Ok;
            },
            "the server knows the agency");

        if (!javaScript)
        {
            await tab.Page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Continue" }).ClickAsync();
        }

        var body = await posted.Task.WaitAsync(Eventually.Patience);
        body.ShouldStartWith("POST ");
        body.ShouldContain("error=invalid_scope");
        body.ShouldContain("state=by-form");
    }
}
