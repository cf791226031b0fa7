using Microsoft.Extensions.Configuration;
using Moi.Identity.Idp.Features.Operations;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Operations;

public class StartupChecksTests
{
    public static TheoryData<string, string?, string> Unsafe => new()
    {
        { "Idp:PublicOrigin", "http://id.example.gov.tw", "must be https" },
        { "Idp:PublicOrigin", "https://idp.localhost", "not a public host name" },
        { "Idp:PublicOrigin", "https://192.0.2.1", "not a public host name" },
        { "Idp:KeyRing:Certificate", null, "Idp__KeyRing__Certificate is missing" },
        { "Idp:Proxies:Trusted:0", null, "Idp__Proxies__Trusted__0 is missing" },
        { "urls", "https://0.0.0.0:443", "would show a development certificate" },
    };

    [Fact]
    public void A_sound_production_server_may_start() => Problems([]).ShouldBeEmpty();

    [Theory(DisplayName = "A production server refuses unsafe settings")]
    [MemberData(nameof(Unsafe))]
    public void A_production_server_refuses(string setting, string? value, string problem)
        => Problems(new() { [setting] = value }).ShouldHaveSingleItem().ShouldContain(problem);

    [Theory(DisplayName = "CVE-2026-40372: runtimes that accept forged sessions are refused")]
    [InlineData("10.0.6", true)]
    [InlineData("10.0.7", false)]
    public void CVE_2026_40372_is_refused(string runtime, bool refused)
        => (Problems([], Version.Parse(runtime)).Count > 0).ShouldBe(refused);

    [Theory]
    [InlineData("10.0.0.0/33")]
    [InlineData("proxy.internal")]
    public void A_proxy_is_an_address_or_a_network(string proxy)
        => Problems(new() { ["Idp:Proxies:Trusted:0"] = proxy }).ShouldHaveSingleItem().ShouldContain(proxy);

    /// <summary>The framework's own switch believes forwarded headers of everybody who connects.</summary>
    [Theory]
    [InlineData("true", true)]
    [InlineData("True", true)]
    [InlineData("false", false)]
    public void The_switch_that_believes_everybody_is_refused(string value, bool refused)
        => Problems(new() { ["ForwardedHeaders_Enabled"] = value })
            .Count(problem => problem.Contains("ASPNETCORE_FORWARDEDHEADERS_ENABLED", StringComparison.Ordinal)).ShouldBe(refused ? 1 : 0);

    public static TheoryData<string, string, string> Misspelled => new()
    {
        { "Idp:Administrators:RequireAttestedAuthenticator", "true", "Idp__Administrators__RequireAttestedAuthenticator: no such setting" },
        { "Idp:Administrator:RequireAttestedAuthenticators", "true", "Idp__Administrator: no such setting" },
        { "Idp:Proxies:Trusted", "10.0.0.5", "Idp__Proxies__Trusted: a list" },
        { "Idp:Limits", "none", "Idp__Limits: a section" },
        { "Idp:Limits:Enabled:0", "false", "Idp__Limits__Enabled__0: no such setting" },
        { "Idp:KeyRing:Previous:0:Certificat", "old.pfx", "Idp__KeyRing__Previous__0__Certificat: no such setting" },
        { "Idp:Dpop:RequireNonce", "no", "Idp__Dpop__RequireNonce: cannot be read" },
        { "Idp:Passkeys:RelatedOrigins:0:Host", "a", "Idp__Passkeys__RelatedOrigins__0__Host: no such setting" },
    };

    [Theory(DisplayName = "A setting that nobody reads is refused")]
    [MemberData(nameof(Misspelled))]
    public void A_setting_that_nobody_reads_is_refused(string setting, string value, string problem)
        => Problems(new() { [setting] = value }).ShouldHaveSingleItem().ShouldStartWith(problem);

    [Theory]
    [InlineData("idp:web:securitycontact", "mailto:security@example.gov.tw")]
    [InlineData("Idp:Pruning:Interval", "02:00:00")]
    [InlineData("Idp:MutualTls:Revocation", "offline")]
    [InlineData("Idp:MutualTls:TrustAnchors", "/etc/moi-identity/anchors")]
    [InlineData("Idp:Passkeys:AndroidApps:0:Fingerprints:0", "AA:BB")]
    [InlineData("Idp:KeyRing:Previous:0:PasswordFile", "old.password")]
    public void A_setting_is_known_in_any_case_of_its_letters(string setting, string value)
        => Problems(new() { [setting] = value }).ShouldBeEmpty();

    [Fact]
    public async Task A_server_names_all_settings_that_nobody_reads()
    {
        await using var idp = new IdpProcess(new Dictionary<string, string?>
        {
            ["Idp__Administrators__RequireAttestedAuthenticator"] = "true",
            ["Idp__Proxies__Trusted"] = "10.0.0.5",
            ["Idp__Dpop__RequireNonce"] = "no",
            ["Idp__Web__SecurityContact__0"] = "mailto:security@example.gov.tw",
        });
        await idp.LaunchAsync();

        (await idp.WaitAsync()).ShouldBe(78);
        foreach (var mistake in (string[])
            ["RequireAttestedAuthenticator:", "Idp__Proxies__Trusted:", "Idp__Dpop__RequireNonce:", "Idp__Web__SecurityContact__0:"])
        {
            idp.Log.ShouldContain(mistake);
        }

        idp.Log.ShouldNotContain("   at ");
    }

    /// <summary>As <c>sudo</c> leaves it: without the variables of the service a command would invent a database and do its work there.</summary>
    [Fact]
    public async Task A_command_without_the_settings_is_refused_and_makes_no_database()
    {
        await using var idp = new IdpProcess(new Dictionary<string, string?> { ["ASPNETCORE_ENVIRONMENT"] = null });

        var (exitCode, output) = await idp.RunAsync("clients", "list");

        exitCode.ShouldBe(78, output);
        output.ShouldContain("Idp__PublicOrigin");
        output.ShouldContain("Idp__KeyRing__Certificate");
        output.ShouldNotContain("Idp__Proxies__Trusted__0", customMessage: "a command listens nowhere");
        Directory.EnumerateFileSystemEntries(idp.DataPath).ShouldBeEmpty();
    }

    [Fact]
    public void PostgreSQL_needs_both_connection_strings()
        => Problems(new() { ["Idp:Storage:Provider"] = "Postgres" }).Count.ShouldBe(2);

    [Fact]
    public async Task All_mistakes_are_told_at_once()
    {
        await using var idp = new IdpProcess(new Dictionary<string, string?>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["Idp__PublicOrigin"] = "http://id.example.gov.tw",
            ["Idp__Sessions__Idle"] = "05:00:00",
            ["Idp__KeyRing__Certificate"] = "/nowhere/keyring.pfx",
            ["Idp__Storage__Provider"] = "Postgres",
        });
        await idp.LaunchAsync();

        (await idp.WaitAsync()).ShouldBe(78);
        foreach (var mistake in (string[])["must be https", "'Idle'", "/nowhere/keyring.pfx", "ConnectionStrings__Postgres", "ConnectionStrings__Redis"])
        {
            idp.Log.ShouldContain(mistake);
        }

        idp.Log.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task A_setting_that_cannot_be_read_is_named()
    {
        await using var idp = new IdpProcess(new Dictionary<string, string?> { ["Idp__Storage__Provider"] = "Oracle" });
        await idp.LaunchAsync();

        (await idp.WaitAsync()).ShouldBe(78);
        idp.Log.ShouldContain("Idp:Storage:Provider");
        idp.Log.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task A_taken_port_is_told_with_the_setting_to_change()
    {
        await using var first = await IdpProcess.StartAsync();
        await using var second = new IdpProcess(new Dictionary<string, string?> { ["Idp__PublicOrigin"] = first.Origin });
        await second.LaunchAsync();

        (await second.WaitAsync()).ShouldBe(78);
        second.Log.ShouldContain("Idp__PublicOrigin");
        second.Log.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task A_data_folder_belongs_to_one_server()
    {
        await using var first = await IdpProcess.StartAsync();
        await using var second = new IdpProcess(new Dictionary<string, string?> { ["Idp__DataPath"] = first.DataPath });
        await second.LaunchAsync();

        (await second.WaitAsync()).ShouldBe(78);
        second.Log.ShouldContain(first.DataPath);

        // However the first one ends, the folder is free again.
        await first.KillAsync();
        await second.StartAsync();
    }

    private static List<string> Problems(Dictionary<string, string?> changed, Version? runtime = null)
    {
        using var certificate = new KeyRingCertificate();
        var values = new Dictionary<string, string?>
        {
            ["Idp:PublicOrigin"] = "https://id.example.gov.tw",
            ["Idp:KeyRing:Certificate"] = certificate.Path,
            ["Idp:KeyRing:PasswordFile"] = certificate.PasswordFile,
            ["Idp:Proxies:Trusted:0"] = "10.0.0.0/24",
            ["urls"] = "http://127.0.0.1:8080",
        };
        foreach (var (name, value) in changed)
        {
            values[name] = value;
        }

        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(values.Where(setting => setting.Value is not null)).Build();
        var settings = new StartupSettings(
            configuration,
            configuration.GetSection(IdpOptions.Section).Get<IdpOptions>()!,
            configuration.GetSection(KeyRingOptions.Section).Get<KeyRingOptions>() ?? new(),
            configuration.GetSection(ProxyOptions.Section).Get<ProxyOptions>() ?? new(),
            TimeProvider.System.GetUtcNow(),
            runtime ?? new Version(10, 0, 13));
        return [.. StartupChecks.Anywhere(settings), .. StartupChecks.InProduction(settings)];
    }
}
