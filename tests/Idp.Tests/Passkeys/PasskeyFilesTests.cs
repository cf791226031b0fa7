using System.Net;
using System.Text.Json.Nodes;
using Moi.Identity.Idp.Features.Passkeys;
using Moi.Identity.Idp.Tests.Hosting;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Passkeys;

/// <summary>A server whose passkeys others may use.</summary>
public sealed class SharingIdp : IdpFixture
{
    internal const string Fingerprint = "14:6D:E9:83:C5:73:06:50:D8:EE:B9:95:2F:34:FC:64:16:A0:83:42:E6:1D:BE:A8:8A:04:96:B2:3F:CF:44:E5";

    /// <summary>The same 32 bytes as Android writes them.</summary>
    internal const string AppOrigin = "android:apk-key-hash:FG3pg8VzBlDY7rmVLzT8ZBagg0LmHb6oigSWsj_PROU";

    private readonly string _folder = Directory.CreateTempSubdirectory("moi-idp-").FullName;

    protected override Task<IReadOnlyDictionary<string, string?>> SettingsAsync()
        => Task.FromResult<IReadOnlyDictionary<string, string?>>(new Dictionary<string, string?>
        {
            ["Idp:DataPath"] = _folder,
            ["Idp:Passkeys:RelatedOrigins:0"] = "https://id.moi.example",
            ["Idp:Passkeys:AndroidApps:0:Package"] = "tw.gov.example.id",
            ["Idp:Passkeys:AndroidApps:0:Fingerprints:0"] = Fingerprint,
            ["Idp:Passkeys:AppleApps:0"] = "A1B2C3D4E5.tw.gov.example.id",
        });

    protected override void CleanUp() => Directory.Delete(_folder, recursive: true);
}

/// <summary>Who else may use our passkeys: WebAuthn §5.11, Digital Asset Links, Apple's associated domains.</summary>
public sealed class PasskeyFilesTests(SharingIdp sharing, SqliteIdp plain) : IClassFixture<SharingIdp>, IClassFixture<SqliteIdp>
{
    [Theory]
    [InlineData("/.well-known/webauthn", """{"origins":["https://id.moi.example"]}""")]
    [InlineData("/.well-known/assetlinks.json", $$"""
        [{"relation":["delegate_permission/common.handle_all_urls","delegate_permission/common.get_login_creds"],
          "target":{"namespace":"android_app","package_name":"tw.gov.example.id","sha256_cert_fingerprints":["{{SharingIdp.Fingerprint}}"] } }]
        """)]
    [InlineData("/.well-known/apple-app-site-association", """{"webcredentials":{"apps":["A1B2C3D4E5.tw.gov.example.id"]}}""")]
    public async Task What_is_configured_is_published_and_nothing_else(string address, string expected)
    {
        using var http = Client(sharing);
        using var answer = await http.GetAsync(new Uri(address, UriKind.Relative));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        JsonNode.DeepEquals(JsonNode.Parse(await answer.Content.ReadAsStringAsync()), JsonNode.Parse(expected)).ShouldBeTrue();

        using var other = Client(plain);
        using var missing = await other.GetAsync(new Uri(address, UriKind.Relative));
        missing.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData(SharingIdp.AppOrigin)]
    [InlineData("https://id.moi.example")]
    public async Task A_ceremony_of_an_app_or_a_related_origin_counts_only_where_it_is_configured(string origin)
    {
        (await SignInAsync(sharing, origin)).Path.ShouldBe("/account");
        (await SignInAsync(plain, origin)).ProblemCode.ShouldBe("MOI-WA-017");
    }

    [Fact]
    public async Task An_app_with_another_certificate_is_refused()
        => (await SignInAsync(sharing, SharingIdp.AppOrigin[..^3] + "AAA")).ProblemCode.ShouldBe("MOI-WA-017");

    [Fact]
    public async Task Lists_that_nobody_would_understand_keep_the_server_from_starting()
    {
        await using var idp = new IdpProcess(new Dictionary<string, string?>
        {
            ["Idp__Passkeys__RelatedOrigins__0"] = "https://id.moi.example/",
            ["Idp__Passkeys__AndroidApps__0__Package"] = "app",
            ["Idp__Passkeys__AndroidApps__0__Fingerprints__0"] = SharingIdp.Fingerprint[3..],
            ["Idp__Passkeys__AndroidApps__1__Package"] = "tw.gov.example.id",
            ["Idp__Passkeys__AppleApps__0"] = "tw.gov.example.id",
        });
        await idp.LaunchAsync();

        (await idp.WaitAsync()).ShouldBe(78);
        foreach (var mistake in (string[])["'https://id.moi.example/'", "'app'", SharingIdp.Fingerprint[3..], "has no fingerprint", "team of ten"])
        {
            idp.Log.ShouldContain(mistake);
        }
    }

    [Fact]
    public void More_than_five_names_are_refused()
    {
        var options = new PasskeyOptions();
        for (var i = 1; i <= 6; i++)
        {
            options.RelatedOrigins.Add($"https://name{i}.example");
        }

        new PasskeyOptionsValidator(Microsoft.Extensions.Options.Options.Create(new IdpOptions())).Validate(null, options)
            .FailureMessage!.ShouldContain("6 distinct labels");
    }

    private static HttpClient Client(IdpFixture idp) => new(idp.App.Server.CreateHandler()) { BaseAddress = new Uri(IdpApplication.Origin) };

    private static async Task<BrowserPage> SignInAsync(IdpFixture idp, string origin)
    {
        using var browser = await idp.SignedOutAsync();
        var page = await browser.OpenAsync("/sign-in");
        return await browser.SendResponseAsync(page, browser.Answer(page, new Lies { Origin = origin }));
    }
}
