using Microsoft.AspNetCore.Http;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Tests.Web;

public sealed class InAppBrowserTests
{
    [Theory]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit/605.1.15 Safari Line/14.1.0", "line")]
    [InlineData("Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36 Chrome/130 Mobile Safari/537.36 Line/14.1.0/IAB", "line")]
    [InlineData("Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36 [FB_IAB/FB4A;FBAV/400.0]", "facebook")]
    [InlineData("Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 [FBAN/FBIOS;FBAV/400.0]", "facebook")]
    [InlineData("Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 Instagram 300.0", "instagram")]
    [InlineData("Mozilla/5.0 (Linux; Android 14; wv) MicroMessenger/8.0", "wechat")]
    [InlineData("Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 Chrome/130", "webview")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148", "webview")]
    [InlineData("Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 SomeApp/1.0", "webview")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/130.0 Mobile/15E148 Safari/604.1", null)]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/130.0 Mobile/15E148 Safari/605.1.15", null)]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130 Safari/537.36", null)]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit/605.1.15 Version/18.0 Safari/604.1", null)]
    [InlineData("Guideline/2.0", null)]
    [InlineData("", null)]
    public void An_app_is_known_by_its_User_Agent(string userAgent, string? name)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.UserAgent = userAgent;
        InAppBrowser.Of(context.Request)?.Name.ShouldBe(name);
        (InAppBrowser.Of(context.Request) is null).ShouldBe(name is null);
    }
}
