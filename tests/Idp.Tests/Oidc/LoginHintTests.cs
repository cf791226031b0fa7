namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>OpenID Connect Core §3.1.2.1, <c>login_hint</c>: the subject by which an agency knows a citizen.</summary>
public abstract class LoginHintTests(OidcServer server)
{
    [Fact]
    public async Task The_subject_of_whoever_is_signed_in_lets_them_through()
    {
        var agency = await server.NewAgencyAsync();
        using var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        var subject = await SubjectAsync(agency, browser);

        var answer = (await browser.GetAsync(agency.AuthorizeAddress(r => r["login_hint"] = subject))).Redirect();

        answer.Query().Keys.ShouldContain("code");
    }

    [Fact]
    public async Task The_subject_of_somebody_else_asks_who_is_there()
    {
        var agency = await server.NewAgencyAsync();
        using var home = server.NewBrowser();
        await server.SignInAsync(home, await server.NewCitizenAsync());
        var expected = await SubjectAsync(agency, home);
        using var shared = server.NewBrowser();
        await server.SignInAsync(shared, await server.NewCitizenAsync());
        await agency.EnterAsync(shared);

        var asked = (await shared.GetAsync(agency.AuthorizeAddress(r => r["login_hint"] = expected))).Redirect();
        var silent = (await shared.GetAsync(agency.AuthorizeAddress(r =>
        {
            r["login_hint"] = expected;
            r["prompt"] = "none";
        }))).Redirect();

        asked.AbsolutePath.ShouldBe("/sign-in");
        silent.Query()["error"].ShouldBe("login_required");
    }

    [Theory]
    [InlineData("mei@example.gov.tw")]
    [InlineData("+886912345678")]
    [InlineData("小美")]
    public async Task A_hint_that_is_no_subject_changes_nothing(string hint)
    {
        var agency = await server.NewAgencyAsync();
        using var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        await agency.EnterAsync(browser);

        var answer = (await browser.GetAsync(agency.AuthorizeAddress(r => r["login_hint"] = hint))).Redirect();

        answer.Query().Keys.ShouldContain("code");
    }

    private static async Task<string> SubjectAsync(TestAgency agency, TestBrowser browser)
        => (string)Jwt.Claims((string)(await agency.GetTokensAsync(browser))["id_token"]!)["sub"]!;
}

[Collection<OnSqlite>]
public sealed class SqliteLoginHintTests(SqliteOidcServer server) : LoginHintTests(server);

[Collection<OnPostgres>]
public sealed class PostgresLoginHintTests(PostgresOidcServer server) : LoginHintTests(server);
