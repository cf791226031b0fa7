using System.Net;
using System.Text.RegularExpressions;

namespace Moi.Identity.Idp.Tests.Web;

public sealed partial class AssetsTests(WebParts web) : IClassFixture<WebParts>
{
    [Fact]
    public async Task Pages_name_files_by_their_content_and_browsers_keep_them()
    {
        using var page = await web.GetAsync("/");
        var addresses = Address().Matches(await page.TextAsync()).Select(m => m.Value).Distinct().ToArray();
        addresses.Length.ShouldBeGreaterThanOrEqualTo(4);
        foreach (var address in addresses)
        {
            using var file = await web.GetAsync(address);
            file.StatusCode.ShouldBe(HttpStatusCode.OK);
            file.Header("Cache-Control").ShouldBe("public, max-age=31536000, immutable");
        }
    }

    [Theory]
    [InlineData("/assets/css/site.css", "text/css; charset=utf-8")]
    [InlineData("/assets/js/passkey.js", "text/javascript; charset=utf-8")]
    [InlineData("/assets/img/icons.svg", "image/svg+xml; charset=utf-8")]
    [InlineData("/favicon.ico", "image/x-icon")]
    public async Task A_file_without_a_version_is_asked_for_again(string path, string type)
    {
        using var first = await web.GetAsync(path);
        first.Content.Headers.ContentType!.ToString().ShouldBe(type);
        first.Header("Cache-Control").ShouldBe("no-cache");
        using var second = await web.GetAsync(path, ("If-None-Match", first.Header("ETag")));
        second.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        (await second.TextAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("gzip, br", "gzip")]
    [InlineData("gzip;q=0", "")]
    [InlineData("", "")]
    public async Task Text_is_compressed_for_those_who_ask(string accepted, string encoding)
    {
        using var answer = await web.GetAsync("/assets/css/site.css", ("Accept-Encoding", accepted));
        string.Join(' ', answer.Content.Headers.ContentEncoding).ShouldBe(encoding);
        answer.Header("Vary").ShouldBe("Accept-Encoding");
    }

    [Theory]
    [InlineData("/assets/")]
    [InlineData("/assets/css")]
    [InlineData("/assets/..%2fappsettings.json")]
    [InlineData("/assets/css/%2e%2e/%2e%2e/appsettings.json")]
    [InlineData("/appsettings.json")]
    public async Task Nothing_else_is_served(string path)
    {
        using var answer = await web.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    /// <summary>RFC 9116 §2.5: Contact and Expires are required.</summary>
    [Fact]
    public async Task Researchers_find_whom_to_tell()
    {
        using var answer = await web.GetAsync("/.well-known/security.txt");
        var lines = (await answer.TextAsync()).Split('\n');
        lines.ShouldContain("Contact: https://id.example.gov.tw/security#report");
        lines.ShouldContain("Expires: 2027-05-22T00:00:00Z");
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/plain");
    }

    [GeneratedRegex("""/assets/[a-z/.-]+\?v=[0-9a-f]+""", RegexOptions.None, 1000)]
    private static partial Regex Address();
}
