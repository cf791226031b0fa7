using System.Net;
using Moi.Identity.Idp.Tests.Hosting;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Web;

/// <summary>Whom to tell: citizens about their data, researchers about weaknesses.</summary>
public sealed class ContactTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("moi-idp-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("mailto:data@example.gov.tw", "data@example.gov.tw")]
    [InlineData("tel:+886212345678", "+886212345678")]
    [InlineData("https://example.gov.tw/ask", "https://example.gov.tw/ask")]
    public async Task The_pages_name_who_is_set(string address, string shown)
    {
        await using var idp = New(address);
        using var browser = idp.Browser();

        foreach (var path in (string[])["/privacy", "/security", "/help", "/accessibility"])
        {
            WebUtility.HtmlDecode((await browser.OpenAsync(path)).Body).ShouldContain($"<a href=\"{address}\">{shown}</a>");
        }

        (await browser.OpenAsync("/.well-known/security.txt")).Body.ShouldContain("Contact: " + address);
    }

    [Fact]
    public async Task Without_an_address_the_privacy_page_names_the_operator()
    {
        await using var idp = New(null);
        using var browser = idp.Browser();

        (await browser.OpenAsync("/privacy?ui_locales=en")).Text.ShouldContain("contact the Ministry of the Interior");
        (await browser.OpenAsync("/privacy?ui_locales=zh-TW")).Text.ShouldContain("請聯絡內政部");
    }

    [Fact]
    public async Task What_is_no_address_is_refused_at_the_start()
    {
        await using var idp = new IdpProcess(new Dictionary<string, string?>
        {
            ["Idp__Web__PrivacyContact"] = "data@example.gov.tw",
            ["Idp__Web__SecurityContact"] = "javascript:alert(1)",
            ["Idp__Web__HelpContact"] = "0212345678",
        });
        await idp.LaunchAsync();

        (await idp.WaitAsync()).ShouldBe(78);
        idp.Log.ShouldContain("PrivacyContact must begin with mailto:, tel: or https://.");
        idp.Log.ShouldContain("SecurityContact must begin with mailto:, tel: or https://.");
        idp.Log.ShouldContain("HelpContact must begin with mailto:, tel: or https://.");
    }

    private IdpApplication New(string? contact) => new(new Dictionary<string, string?>
    {
        ["Idp:DataPath"] = _folder,
        ["Idp:Web:PrivacyContact"] = contact,
        ["Idp:Web:SecurityContact"] = contact,
        ["Idp:Web:HelpContact"] = contact,
    });
}
