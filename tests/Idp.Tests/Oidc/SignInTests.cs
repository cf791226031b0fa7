
namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>The way of one sign-in, through the back door of a session that exists already.</summary>
public abstract class SignInTests(OidcServer server)
{
    [Fact]
    public async Task A_signed_in_citizen_enters_a_service_and_the_agency_gets_its_tokens()
    {
        var agency = await server.NewAgencyAsync();
        var citizen = await server.NewCitizenAsync();
        var browser = server.NewBrowser();
        var session = await server.SignInAsync(browser, citizen);

        var tokens = await agency.GetTokensAsync(browser);

        var id = Jwt.Claims((string)tokens["id_token"]!);
        ((string?)id["iss"]).ShouldBe(OidcServer.Issuer);
        ((string?)id["aud"]).ShouldBe(agency.ClientId);
        ((string?)id["nonce"]).ShouldBe("nonce-1");
        ((string?)id["sid"]).ShouldBe(session.Sid);
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
}

public sealed class SqliteSignInTests(SqliteOidcServer server) : SignInTests(server), IClassFixture<SqliteOidcServer>;

public sealed class PostgresSignInTests(PostgresOidcServer server) : SignInTests(server), IClassFixture<PostgresOidcServer>;
