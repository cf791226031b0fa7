using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Options;

namespace Moi.Identity.Sdk.Tests;

/// <summary>Every mistake has a code, the setting's name and what to write instead.</summary>
public sealed class OptionsTests
{
    private static MoiIdentityOptions Valid => new()
    {
        Authority = "https://id.example.gov.tw",
        ClientId = "agency",
        PublicOrigin = "https://agency.example.gov.tw",
        SignsCitizensIn = true,
    };

    [Fact]
    public void The_three_required_settings_are_enough() => Validate(Valid).Succeeded.ShouldBeTrue();

    public static TheoryData<string, string> Mistakes => new()
    {
        { "Authority=", "MOI001: MoiIdentity:Authority" },
        { "Authority=id.example.gov.tw", "MOI001: MoiIdentity:Authority" },
        { "Authority=https://id.example.gov.tw?x=1", "MOI001: MoiIdentity:Authority" },
        { "Authority=https://u:p@id.example.gov.tw", "MOI001: MoiIdentity:Authority" },
        { "Authority=http://id.example.gov.tw", "MOI002: MoiIdentity:Authority" },
        { "Authority=http://localhost.evil.example", "MOI002: MoiIdentity:Authority" },
        { "ClientId=", "MOI003: MoiIdentity:ClientId" },
        { "PublicOrigin=", "MOI004: MoiIdentity:PublicOrigin" },
        { "PublicOrigin=https://agency.example.gov.tw/", "MOI004: MoiIdentity:PublicOrigin" },
        { "PublicOrigin=https://AGENCY.example.gov.tw", "MOI004: MoiIdentity:PublicOrigin" },
        { "PublicOrigin=https://agency.example.gov.tw:443", "MOI004: MoiIdentity:PublicOrigin" },
        { "PublicOrigin=ftp://agency.example.gov.tw", "MOI004: MoiIdentity:PublicOrigin" },
        { "PublicOrigin=http://agency.example.gov.tw", "MOI005: MoiIdentity:PublicOrigin" },
        { "SessionLifetime=2.00:00:00", "MOI006: MoiIdentity:SessionLifetime" },
        { "SessionLifetime=00:01:00", "MOI006: MoiIdentity:SessionLifetime" },
        { "SessionIdleTimeout=09:00:00", "MOI006: MoiIdentity:SessionIdleTimeout" },
        { "SessionStore=Redis", "MOI007: MoiIdentity:SessionStore" },
        { "Scopes=openid profile", "MOI008: MoiIdentity:Scopes" },
        { "Keys=", "MOI009: MoiIdentity:Keys" },
        { "Language=fr", "MOI010: MoiIdentity:Language" },
        { "ClientAuthentication=TlsClientAuth", "MOI016: MoiIdentity:ClientAuthentication" },
        { "SignedOutRedirect=https://elsewhere.example", "MOI011: MoiIdentity:SignedOutRedirect" },
    };

    [Fact]
    public void A_client_without_pages_needs_no_origin()
        => Validate(new MoiIdentityOptions { Authority = "https://id.example.gov.tw", ClientId = "service" }).Succeeded.ShouldBeTrue();

    [Fact]
    public void Signed_requests_are_pushed()
    {
        var options = Valid;
        (options.SignedRequests, options.UnsafeAllowWithoutPar) = (true, true);

        Validate(options).Failures!.Single().ShouldStartWith("MOI015: MoiIdentity:SignedRequests");
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_named(string setting, string message)
    {
        var options = Valid;
        var (name, value) = (setting.Split('=', 2)[0], setting.Split('=', 2)[1]);
        var property = typeof(MoiIdentityOptions).GetProperty(name)!;
        if (name == "Scopes")
        {
            options.Scopes.Add(value);
        }
        else
        {
            property.SetValue(options, System.ComponentModel.TypeDescriptor.GetConverter(property.PropertyType).ConvertFromInvariantString(value));
        }

        Validate(options).Failures!.Single().ShouldStartWith(message);
    }

    [Theory]
    [InlineData("http://idp.localhost:5080")]
    [InlineData("http://localhost:5080")]
    [InlineData("http://127.0.0.1:5080")]
    [InlineData("http://[::1]:5080")]
    public void Plain_http_is_for_names_that_never_leave_the_machine(string address)
    {
        var options = Valid;
        options.Authority = address;
        options.PublicOrigin = address;

        Validate(options).Succeeded.ShouldBeTrue();
    }

    [Fact]
    public async Task The_start_reports_all_mistakes_at_once()
    {
        var builder = WebApplication.CreateSlimBuilder();

        // Settings beside the tests, the sample's for one, are none of this test's.
        builder.Configuration.Sources.Clear();
        builder.AddMoiIdentity(options => options.Language = "fr");
        await using var app = builder.Build();

        var failure = await Should.ThrowAsync<OptionsValidationException>(() => app.StartAsync());

        failure.Failures.Select(f => f[..6]).ShouldBe(["MOI001", "MOI004", "MOI003", "MOI010"]);
    }

    [Fact]
    public async Task A_forgotten_middleware_is_named()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.AddMoiIdentity();
        await using var app = builder.Build();

        Should.Throw<InvalidOperationException>(() => app.MapMoiIdentity()).Message.ShouldStartWith("MOI012");
    }

    [Fact]
    public void Openid_is_always_asked_for_and_RS256_only_when_allowed()
    {
        var options = Valid;
        options.EffectiveScopes.ShouldBe(["openid", "profile"]);
        options.ValidAlgorithms.ShouldBe(["ES256", "PS256"]);
        options.Scopes.Add("taxes");
        options.AllowRS256 = true;
        options.EffectiveScopes.ShouldBe(["openid", "taxes"]);
        options.ValidAlgorithms.ShouldContain("RS256");
    }

    private static ValidateOptionsResult Validate(MoiIdentityOptions options) => new MoiIdentityOptionsValidator().Validate(null, options);
}
