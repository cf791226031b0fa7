using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Idp.Features.Assessment;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Tests.Oidc;

namespace Moi.Identity.Idp.Tests.Assessment;

/// <summary>What the conformance report says of a client, from its registration and from real requests.</summary>
public abstract class AssessmentTests(OidcServer server)
{
    [Fact]
    public async Task What_a_client_does_stands_beside_what_it_is_registered_for()
    {
        var agency = await server.NewAgencyAsync();
        using var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        var tokens = await agency.GetTokensAsync(browser, r => r["scope"] = "openid offline_access");
        await agency.RefreshAsync((string)tokens["refresh_token"]!);
        await browser.GetAsync(agency.AuthorizeAddress(r => r.Remove("nonce")));
        await agency.RedeemAsync("unknown");

        var report = await ReportAsync(agency);

        var day = server.Time.GetUtcNow().ToString("yyyy-MM-dd", null);
        Finding(report, "C-PAR").Observed.ShouldBe([$"pushed × 1 ({day})", $"direct × 1 ({day})"], ignoreOrder: true);
        Finding(report, "C-PAR").Verdict.ShouldBe(Verdict.Advice);
        Finding(report, "C-NONCE").Verdict.ShouldBe(Verdict.Advice);
        Finding(report, "C-NONCE").Observed.ShouldContain($"absent × 1 ({day})");
        Finding(report, "C-SCOPE").Observed.ShouldContain($"openid × 2 ({day})");
        Finding(report, "C-REFRESH").Observed.ShouldBe([$"authorization_code × 1 ({day})", $"refresh_token × 1 ({day})"], ignoreOrder: true);
        Finding(report, "C-BOUND").Observed.ShouldBe([$"Bearer × 2 ({day})"]);
        Finding(report, "C-REDIRECT").Observed.ShouldBe([$"{agency.RedirectUri} × 2 ({day})"]);
        Finding(report, "C-REFUSED").Observed.ShouldBe([$"invalid_grant × 1 ({day})"]);
    }

    [Fact]
    public async Task Coming_back_from_the_sign_in_page_is_no_second_request()
    {
        var agency = await server.NewAgencyAsync();
        using var browser = server.NewBrowser();
        await browser.GetAsync(await agency.PushAsync());
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        await agency.EnterAsync(browser);

        Finding(await ReportAsync(agency), "C-PAR").Observed.Single().ShouldStartWith("pushed × 2 ");
    }

    [Fact]
    public async Task Who_only_says_a_clients_name_leaves_no_trace()
    {
        var agency = await server.NewAgencyAsync();
        var thief = await server.NewAgencyAsync();

        await agency.PostAsync("/connect/token", new() { ["grant_type"] = "authorization_code", ["code"] = "x", ["code_verifier"] = agency.Verifier, ["redirect_uri"] = agency.RedirectUri }, thief.Assertion());
        await agency.PostAsync("/connect/par", agency.Request(), thief.Assertion());

        var report = await ReportAsync(agency);
        Finding(report, "C-REFUSED").Verdict.ShouldBe(Verdict.Met);
        Finding(report, "C-PAR").Observed.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("C-AUTH", Verdict.Met)]
    [InlineData("C-KEYS", Verdict.Advice)]
    [InlineData("C-REDIRECT", Verdict.Broken)]
    [InlineData("C-IDTOKEN", Verdict.Met)]
    [InlineData("C-ACCESS", Verdict.Met)]
    [InlineData("C-LOGOUT", Verdict.Broken)]
    [InlineData("C-CONTACT", Verdict.Advice)]
    [InlineData("C-NONCE", Verdict.NotApplicable)]
    public async Task A_plain_registration_is_judged(string rule, object verdict)
        => Finding(await ReportAsync(await server.NewAgencyAsync()), rule).Verdict.ShouldBe((Verdict)verdict);

    [Theory]
    [InlineData("C-AUTH", Verdict.Advice)]
    [InlineData("C-KEYS", Verdict.NotApplicable)]
    [InlineData("C-IDTOKEN", Verdict.Advice)]
    [InlineData("C-ACCESS", Verdict.Advice)]
    [InlineData("C-LOGOUT", Verdict.Met)]
    [InlineData("C-CONTACT", Verdict.Met)]
    public async Task A_bent_registration_is_judged_otherwise(string rule, object verdict)
    {
        var agency = await server.NewAgencyAsync(a =>
        {
            a.UseSecret();
            a.Metadata["id_token_signed_response_alg"] = "RS256";
            a.Metadata["moi_access_token_lifetime"] = 1800;
            a.Metadata["backchannel_logout_uri"] = a.Host + "/logout";
            a.Metadata["contacts"] = new System.Text.Json.Nodes.JsonArray("security@example.gov.tw");
        });

        Finding(await ReportAsync(agency), rule).Verdict.ShouldBe((Verdict)verdict);
    }

    [Fact]
    public async Task Only_what_FAPI_asks_for_meets_FAPI()
    {
        var plain = await server.NewAgencyAsync();
        var strict = await server.NewAgencyAsync(a =>
        {
            a.Metadata["moi_profile"] = "fapi2";
            a.Metadata["dpop_bound_access_tokens"] = true;
        });

        (await ReportAsync(plain)).Meets(RuleSet.Fapi2).ShouldBeFalse();
        (await ReportAsync(strict)).Meets(RuleSet.Fapi2).ShouldBeTrue();
    }

    [Fact]
    public void The_server_is_judged_by_what_it_publishes()
    {
        var findings = server.Services.GetRequiredService<Assessor>().JudgeServer();

        // The tests' server speaks http.
        findings.Where(f => f.Verdict == Verdict.Broken).Select(f => f.Rule).ShouldBeSubsetOf(["S-HTTPS", "S-BOUND", "S-KEYS"]);
        findings.Single(f => f.Rule == "S-HTTPS").Verdict.ShouldBe(Verdict.Broken);
        findings.Single(f => f.Rule == "S-PKCE").Registered.ShouldBe("S256");
    }

    [Fact]
    public async Task Only_administrators_read_the_report_and_only_about_their_own_agency()
    {
        var mine = await server.NewAgencyAsync();
        var other = await server.NewAgencyAsync();
        using var browser = server.NewBrowser();
        (await browser.GetAsync("/administration/report")).Redirect().AbsolutePath.ShouldBe("/sign-in");
        var citizen = await server.NewCitizenAsync();
        await server.SignInAsync(browser, citizen);
        (await browser.GetAsync("/administration/report")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);

        await GrantAsync(citizen, mine.ClientId);
        var page = await (await browser.GetAsync("/administration/report?ui_locales=en")).Content.ReadAsStringAsync();
        page.ShouldContain(mine.ClientId);
        page.ShouldNotContain(other.ClientId);
        page.ShouldContain("Pushes its authorization requests");

        await GrantAsync(citizen, "");
        (await (await browser.GetAsync("/administration/report")).Content.ReadAsStringAsync()).ShouldContain(other.ClientId);

        server.Time.Advance(TimeSpan.FromHours(12.1));
        (await browser.GetAsync("/administration/report")).IsSuccessStatusCode.ShouldBeFalse();
    }

    [Fact]
    public async Task A_removed_client_leaves_no_observations()
    {
        var agency = await server.NewAgencyAsync();
        await agency.PushAsync();
        await ReportAsync(agency);

        await server.Services.GetRequiredService<ClientRegistration>().DeleteAsync(agency.ClientId, null, CancellationToken.None);

        (await server.CountAsync(
            "SELECT COUNT(*) FROM client_observations WHERE client_id = @client", p => p.Add("client", agency.ClientId))).ShouldBe(0);
    }

    private static Finding Finding(ClientReport report, string rule) => report.Findings.Single(f => f.Rule == rule);

    private async Task<ClientReport> ReportAsync(TestAgency agency)
        => (await server.Services.GetRequiredService<Assessor>().JudgeClientsAsync(c => c.Id == agency.ClientId, CancellationToken.None)).Single();

    private Task<int> GrantAsync(TestCitizen citizen, string agency)
        => server.ExecuteAsync(
            "INSERT INTO administrator_roles (id, citizen_id, agency, granted_at) VALUES (@id, @citizen, @agency, @now)",
            p => p.Add("id", Guid.CreateVersion7()).Add("citizen", citizen.Id).Add("agency", agency).Add("now", server.Time.GetUtcNow()));
}

[Collection<OnSqlite>]
public sealed class SqliteAssessmentTests(SqliteOidcServer server) : AssessmentTests(server);

[Collection<OnPostgres>]
public sealed class PostgresAssessmentTests(PostgresOidcServer server) : AssessmentTests(server);
