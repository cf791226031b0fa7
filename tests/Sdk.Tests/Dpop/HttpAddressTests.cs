using Moi.Identity.Dpop;
using Moi.Identity.Sdk.Tests.Fake;

namespace Moi.Identity.Sdk.Tests.Dpop;

/// <summary>RFC 9449 §4.3 step 9 with RFC 3986 §6.2.2 and §6.2.3. Seen failing on 2026-11-26: without the normal form, and with System.Uri's alone.</summary>
public class HttpAddressTests
{
    [Theory(DisplayName = "§4.3 9: two spellings of one address")]
    [InlineData("HTTPS://api.example.gov.tw/taxes/2026")]
    [InlineData("https://API.Example.gov.TW/taxes/2026")]
    [InlineData("https://api.example.gov.tw:443/taxes/2026")]
    [InlineData("https://api.example.gov.tw:/taxes/2026")]
    [InlineData("https://api.example.gov.tw/taxes/2026?year=1")]
    [InlineData("https://api.example.gov.tw/taxes/2026#part")]
    [InlineData("https://api.example.gov.tw/taxes/2026?a#b")]
    [InlineData("https://api.example.gov.tw/%74axes/2026")]
    [InlineData("https://api.example.gov.tw/./taxes/x/../2026")]
    [InlineData("https://api.example.gov.tw/taxes/%2e%2E/taxes/2026")]
    public void The_same_address(string htu)
    {
        var draft = new ProofDraft { Payload = { ["htu"] = htu } };
        draft.Check().Error.ShouldBeNull();
    }

    [Theory(DisplayName = "§4.3 9: another address")]
    [InlineData("http://api.example.gov.tw/taxes/2026")]
    [InlineData("https://api.example.gov.tw:8443/taxes/2026")]
    [InlineData("https://api.example.gov.tw./taxes/2026")]
    [InlineData("https://other.example.gov.tw/taxes/2026")]
    [InlineData("https://api.example.gov.tw/taxes/2026/")]
    [InlineData("https://api.example.gov.tw//taxes/2026")]
    [InlineData("https://api.example.gov.tw/Taxes/2026")]
    [InlineData("https://api.example.gov.tw/taxes%2F2026")]
    [InlineData("https://api.example.gov.tw/taxes/2026%3F")]
    [InlineData("https://api.example.gov.tw")]
    [InlineData("https://user@api.example.gov.tw/taxes/2026")]
    [InlineData("https://api.example.gov.tw\\taxes\\2026")]
    [InlineData("https://api.example.gov.tw/taxes/2026 ")]
    [InlineData(" https://api.example.gov.tw/taxes/2026")]
    [InlineData("https://api.example.gov.tw/taxes/%2")]
    [InlineData("https://api.example.gov.tw/taxes/%zz")]
    [InlineData("https://api.example.gov.tw/taxes/2026\u00a0")]
    [InlineData("ftp://api.example.gov.tw/taxes/2026")]
    [InlineData("//api.example.gov.tw/taxes/2026")]
    [InlineData("/taxes/2026")]
    [InlineData("https:///taxes/2026")]
    [InlineData("file:///taxes/2026")]
    [InlineData("")]
    public void Another_address(string htu)
    {
        var draft = new ProofDraft { Payload = { ["htu"] = htu } };
        draft.Check().Error.ShouldBe(DpopError.AddressMismatch);
    }

    [Fact]
    public void An_address_of_more_than_2048_characters_is_none()
        => HttpAddress.Normalise("https://api.example.gov.tw/" + new string('a', 2048)).ShouldBeNull();

    [Theory(DisplayName = "RFC 3986 §6.2: the normal form")]
    [InlineData("https://EXAMPLE.gov.tw", "https://example.gov.tw/")]
    [InlineData("http://example.gov.tw:80/", "http://example.gov.tw/")]
    [InlineData("http://example.gov.tw:443/", "http://example.gov.tw:443/")]
    [InlineData("https://[::1]:8443/a", "https://[::1]:8443/a")]
    [InlineData("https://127.0.0.1/%e4%B8%ad%7e", "https://127.0.0.1/%E4%B8%AD~")]
    [InlineData("https://example.gov.tw/a%2fb%3a:@!$&'()*+,;=", "https://example.gov.tw/a%2Fb%3A:@!$&'()*+,;=")]
    [InlineData("https://example.gov.tw/%25%41", "https://example.gov.tw/%25A")]
    [InlineData("https://example.gov.tw/%2541", "https://example.gov.tw/%2541")]
    public void The_normal_form(string address, string normal) => HttpAddress.Normalise(address).ShouldBe(normal);
}
