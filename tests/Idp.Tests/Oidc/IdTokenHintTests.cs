using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>OpenID Connect Core §3.1.2.1 and §3.1.2.2, <c>id_token_hint</c>: the ID token of the citizen that an agency expects.</summary>
public abstract class IdTokenHintTests(OidcServer server)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_ID_token_of_whoever_is_signed_in_lets_them_through(bool isPushed)
    {
        var (agency, browser, idToken) = await EnterAsync();
        using var open = browser;
        server.Time.Advance(TimeSpan.FromDays(1));
        await browser.SignInAsync();

        void Bend(Dictionary<string, string> request) => (request["id_token_hint"], request["prompt"]) = (idToken, "none");
        await browser.OpenAsync(isPushed ? await agency.PushAsync(Bend) : agency.AuthorizeAddress(Bend));

        browser.Page.Leaving!.Query().Keys.ShouldContain("code");
    }

    [Theory(DisplayName = "OpenID Connect Core §3.1.2.2: whom an ID token names that cannot be verified, nobody knows: not whoever is signed in")]
    [InlineData("made-up", false)]
    [InlineData("made-up", true)]
    [InlineData("another key", false)]
    [InlineData("another key", true)]
    public async Task Unverified(string kind, bool isPushed)
    {
        var (agency, browser, idToken) = await EnterAsync();
        using var open = browser;
        var hint = kind == "made-up" ? kind : idToken[..^20] + new string('A', 20);
        Task<string> AddressAsync(string? prompt)
        {
            void Bend(Dictionary<string, string> request)
            {
                request["id_token_hint"] = hint;
                if (prompt is not null)
                {
                    request["prompt"] = prompt;
                }
            }

            return isPushed ? agency.PushAsync(Bend) : Task.FromResult(agency.AuthorizeAddress(Bend));
        }

        await browser.OpenAsync(await AddressAsync("none"));
        browser.Page.Leaving!.Query().GetValueOrDefault("error").ShouldBe("login_required");

        await browser.OpenAsync(await AddressAsync(null));
        browser.Page.Leaving.ShouldBeNull();
        browser.Page.Path.ShouldBe("/sign-in");
        await browser.UsePasskeyAsync();
        browser.Page.Leaving!.Query().Keys.ShouldContain("code");
    }

    private async Task<(TestAgency Agency, CitizenBrowser Browser, string IdToken)> EnterAsync()
    {
        var agency = await server.NewAgencyAsync();
        var browser = server.NewCitizenBrowser();
        await browser.SignUpAsync();
        await browser.OpenAsync(agency.AuthorizeAddress());
        await browser.SendAsync(browser.Page.PlainForm, ("answer", "agree"));
        var tokens = await (await agency.RedeemAsync(browser.Page.Leaving!.Query()["code"])).JsonAsync();
        return (agency, browser, (string)tokens["id_token"]!);
    }
}

[Collection<OnSqlite>]
public sealed class SqliteIdTokenHintTests(SqliteOidcServer server) : IdTokenHintTests(server);

[Collection<OnPostgres>]
public sealed class PostgresIdTokenHintTests(PostgresOidcServer server) : IdTokenHintTests(server);
