using Moi.Identity.Idp.Features.Oidc.Tokens;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>The way of one sign-in, through the back door of a session that exists already.</summary>
public abstract class SignInTests(OidcServer server)
{
    /// <summary>Seen failing on 2026-11-27: both had the session's own id.</summary>
    [Fact(DisplayName = "OpenID Connect Core §8.1: two agencies cannot find by one session that two subjects are one citizen")]
    public async Task Sid_is_pairwise()
    {
        var (first, second) = (await server.NewAgencyAsync(), await server.NewAgencyAsync());
        using var browser = server.NewBrowser();
        var session = await server.SignInAsync(browser, await server.NewCitizenAsync());

        var one = Jwt.Claims((string)(await first.GetTokensAsync(browser))["id_token"]!);
        var other = Jwt.Claims((string)(await second.GetTokensAsync(browser))["id_token"]!);
        var again = Jwt.Claims((string)(await first.GetTokensAsync(browser))["id_token"]!);

        ((string?)other["sid"]).ShouldNotBe((string?)one["sid"]);
        ((string?)again["sid"]).ShouldBe((string?)one["sid"]);
        new[] { (string?)one["sid"], (string?)other["sid"] }.ShouldNotContain(session.Sid);
    }

    [Fact]
    public async Task A_signed_in_citizen_enters_a_service_and_the_agency_gets_its_tokens()
    {
        var agency = await server.NewAgencyAsync();
        var citizen = await server.NewCitizenAsync();
        using var browser = server.NewBrowser();
        var session = await server.SignInAsync(browser, citizen);

        var tokens = await agency.GetTokensAsync(browser);

        var id = Jwt.Claims((string)tokens["id_token"]!);
        ((string?)id["iss"]).ShouldBe(OidcServer.Issuer);
        ((string?)id["aud"]).ShouldBe(agency.ClientId);
        ((string?)id["nonce"]).ShouldBe("nonce-1");
        ((string?)id["sid"]).ShouldBe(AgencySessionId.Of(session.Sid, (string)id["sub"]!));
        ((string?)id["acr"]).ShouldBe("urn:moi:acr:1");
        id["amr"]!.AsArray().Select(v => (string?)v).ShouldBe(["hwk", "user", "mfa"]);
        ((long)id["auth_time"]!).ShouldBe(session.AuthTime.ToUnixTimeSeconds());
        ((string?)Jwt.Header((string)tokens["id_token"]!)["alg"]).ShouldBe("ES256");
        id.Select(c => c.Key).ShouldNotContain(name => name.StartsWith("oi_", StringComparison.Ordinal));

        var access = Jwt.Claims((string)tokens["access_token"]!);
        ((string?)Jwt.Header((string)tokens["access_token"]!)["typ"]).ShouldBe("at+jwt");
        ((string?)access["sub"]).ShouldBe((string?)id["sub"]);
        ((string?)access["client_id"]).ShouldBe(agency.ClientId);
        access.Select(c => c.Key).ShouldNotContain(name => name.StartsWith("oi_", StringComparison.Ordinal));
        tokens.ContainsKey("refresh_token").ShouldBeFalse();

        var claims = await (await agency.UserInfoAsync((string)tokens["access_token"]!)).JsonAsync();
        ((string?)claims["sub"]).ShouldBe((string?)id["sub"]);
        ((string?)claims["nickname"]).ShouldBe(citizen.Label);
    }

    [Fact]
    public async Task The_answer_carries_state_and_issuer()
    {
        var agency = await server.NewAgencyAsync();
        using var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        await agency.EnterAsync(browser);

        var answer = (await browser.GetAsync(agency.AuthorizeAddress())).Redirect().Query();

        answer["state"].ShouldBe("state-1");
        answer["iss"].ShouldBe(OidcServer.Issuer);
        answer.Keys.Order(StringComparer.Ordinal).ShouldBe(["code", "iss", "state"]);
    }

    [Fact(DisplayName = "FAPI 2.0 §5.3.2.2: a nonce of 64 characters comes back whole")]
    public async Task Long_nonce()
    {
        var agency = await server.NewAgencyAsync();
        using var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        var nonce = new string('n', 64);

        var tokens = await agency.GetTokensAsync(browser, request => request["nonce"] = nonce);

        ((string?)Jwt.Claims((string)tokens["id_token"]!)["nonce"]).ShouldBe(nonce);
    }

    [Fact]
    public async Task Two_agencies_know_a_citizen_by_different_subjects_and_one_agency_by_one()
    {
        var first = await server.NewAgencyAsync();
        var sister = await server.NewAgencyAsync(a => a.Metadata["moi_agency"] = first.ClientId);
        var other = await server.NewAgencyAsync();
        using var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());

        var subjects = new List<string>();
        foreach (var agency in (TestAgency[])[first, first, sister, other])
        {
            subjects.Add((string)Jwt.Claims((string)(await agency.GetTokensAsync(browser))["id_token"]!)["sub"]!);
        }

        subjects[1].ShouldBe(subjects[0]);
        subjects[2].ShouldBe(subjects[0]);
        subjects[3].ShouldNotBe(subjects[0]);
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("PS256")]
    public async Task A_client_gets_its_ID_tokens_in_the_algorithm_it_registered(string alg)
    {
        var agency = await server.NewAgencyAsync(a => a.Metadata["id_token_signed_response_alg"] = alg);
        using var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());

        var token = (string)(await agency.GetTokensAsync(browser))["id_token"]!;

        var header = Jwt.Header(token);
        ((string?)header["alg"]).ShouldBe(alg);
        var jwks = await (await server.NewBackChannel().GetAsync("/connect/jwks")).JsonAsync();
        var key = jwks["keys"]!.AsArray().Single(k => (string?)k!["kid"] == (string?)header["kid"])!;
        ((string?)key["alg"]).ShouldBe(alg);
        using var rsa = System.Security.Cryptography.RSA.Create(new System.Security.Cryptography.RSAParameters
        {
            Modulus = System.Buffers.Text.Base64Url.DecodeFromChars((string)key["n"]!),
            Exponent = System.Buffers.Text.Base64Url.DecodeFromChars((string)key["e"]!),
        });
        var parts = token.Split('.');
        rsa.VerifyData(
            System.Text.Encoding.ASCII.GetBytes(parts[0] + "." + parts[1]),
            System.Buffers.Text.Base64Url.DecodeFromChars(parts[2]),
            System.Security.Cryptography.HashAlgorithmName.SHA256,
            alg == "RS256"
                ? System.Security.Cryptography.RSASignaturePadding.Pkcs1
                : System.Security.Cryptography.RSASignaturePadding.Pss).ShouldBeTrue();
    }

    [Fact]
    public async Task A_client_with_a_secret_and_a_public_client_sign_citizens_in()
    {
        using var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        var withSecret = await server.NewAgencyAsync(a => a.UseSecret());
        var inForm = await server.NewAgencyAsync(a => a.UseSecret("client_secret_post"));
        var isPublic = await server.NewAgencyAsync(a => a.BePublic());

        (await withSecret.GetTokensAsync(browser)).ContainsKey("id_token").ShouldBeTrue();
        (await inForm.GetTokensAsync(browser)).ContainsKey("id_token").ShouldBeTrue();
        (await isPublic.GetTokensAsync(browser)).ContainsKey("id_token").ShouldBeTrue();
    }

    [Fact]
    public async Task A_request_may_come_by_query_and_by_form()
    {
        var agency = await server.NewAgencyAsync(a => a.BePublic());
        using var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        await agency.EnterAsync(browser);

        var byForm = (await browser.PostAsync("/connect/authorize", agency.Request())).Redirect();
        byForm.AbsolutePath.ShouldBe("/connect/authorize");
        (await browser.GetAsync(byForm.PathAndQuery)).Redirect().Query().ShouldContainKey("code");
    }

    [Fact]
    public async Task Consent_is_asked_once_and_again_when_more_is_asked_for()
    {
        var agency = await server.NewAgencyAsync();
        using var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync("阿明"));
        void Less(Dictionary<string, string> r) => r["scope"] = "openid";

        var page = (await browser.GetAsync(await agency.PushAsync(Less))).Redirect();
        page.AbsolutePath.ShouldBe("/consent");
        var html = await (await browser.GetAsync(page.PathAndQuery)).Content.ReadAsStringAsync();
        html.ShouldContain("建照申辦");
        html.ShouldContain("建築管理處");
        html.ShouldNotContain("阿明");
        (await ConsentForm.AnswerAsync(browser, page, agree: true)).Query().ShouldContainKey("code");

        (await browser.GetAsync(await agency.PushAsync(Less))).Redirect().Query().ShouldContainKey("code");
        var more = (await browser.GetAsync(await agency.PushAsync())).Redirect();
        more.AbsolutePath.ShouldBe("/consent");
        (await (await browser.GetAsync(more.PathAndQuery)).Content.ReadAsStringAsync()).ShouldContain("阿明");
        (await ConsentForm.AnswerAsync(browser, more, agree: true)).Query().ShouldContainKey("code");
        (await browser.GetAsync(await agency.PushAsync(r => r["prompt"] = "consent"))).Redirect().AbsolutePath.ShouldBe("/consent");
    }

    [Fact]
    public async Task The_consent_page_shows_the_subject_that_is_then_sent_and_lets_the_form_lead_to_the_agency()
    {
        var agency = await server.NewAgencyAsync();
        using var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        var page = (await browser.GetAsync(await agency.PushAsync())).Redirect();

        var answer = await browser.GetAsync(page.PathAndQuery);

        var html = await answer.Content.ReadAsStringAsync();
        answer.Headers.GetValues("Content-Security-Policy").Single().ShouldContain(agency.Host);
        var code = (await ConsentForm.AnswerAsync(browser, page, agree: true)).Query()["code"];
        var id = Jwt.Claims((string)(await (await agency.RedeemAsync(code)).JsonAsync())["id_token"]!);
        html.ShouldContain((string)id["sub"]!);
    }

    /// <summary>Seen failing on 2026-11-27: nobody was told of <c>sid</c>.</summary>
    [Fact]
    public async Task The_consent_page_names_every_claim_that_the_agency_then_gets()
    {
        var agency = await server.NewAgencyAsync();
        using var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        var page = (await browser.GetAsync(await agency.PushAsync())).Redirect();
        var shown = (await (await browser.GetAsync(page.PathAndQuery)).Content.ReadAsStringAsync()).Split("data-claim=\"")[1..]
            .Select(rest => rest[..rest.IndexOf('"', StringComparison.Ordinal)]);

        var code = (await ConsentForm.AnswerAsync(browser, page, agree: true)).Query()["code"];
        var tokens = await (await agency.RedeemAsync(code)).JsonAsync();

        // What is said of the token and of the client is not said of the citizen.
        string[] ofTheToken = ["iss", "aud", "exp", "iat", "nonce", "at_hash", "azp", "jti"];
        var got = Jwt.Claims((string)tokens["id_token"]!).Concat(await (await agency.UserInfoAsync((string)tokens["access_token"]!)).JsonAsync());
        shown.Order(StringComparer.Ordinal).ShouldBe(got.Select(c => c.Key).Except(ofTheToken).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_citizen_who_declines_goes_back_with_access_denied()
    {
        var agency = await server.NewAgencyAsync();
        using var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());

        var answer = await ConsentForm.AnswerAsync(browser, (await browser.GetAsync(await agency.PushAsync())).Redirect(), agree: false);

        answer.GetLeftPart(UriPartial.Path).ShouldBe(agency.RedirectUri);
        answer.Query()["error"].ShouldBe("access_denied");
        answer.Query()["state"].ShouldBe("state-1");
        answer.Query()["iss"].ShouldBe(OidcServer.Issuer);
    }
}

[Collection<OnSqlite>]
public sealed class SqliteSignInTests(SqliteOidcServer server) : SignInTests(server);

[Collection<OnPostgres>]
public sealed class PostgresSignInTests(PostgresOidcServer server) : SignInTests(server);
