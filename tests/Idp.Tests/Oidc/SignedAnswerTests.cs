using System.Net;
using System.Text.Json.Nodes;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>Answers about citizens and tokens as signed JWTs.</summary>
public abstract class SignedAnswerTests(OidcServer server)
{
    private const string SignedJson = "application/token-introspection+jwt";

    [Theory(DisplayName = "OpenID Connect Core §5.3.2: userinfo as a JWT, signed as the client registered")]
    [InlineData("ES256")]
    [InlineData("PS256")]
    [InlineData("RS256")]
    public async Task UserInfo(string alg)
    {
        var agency = await server.NewAgencyAsync(a => a.Metadata["userinfo_signed_response_alg"] = alg);
        var citizen = await server.NewCitizenAsync();
        using var browser = server.NewBrowser();
        await server.SignInAsync(browser, citizen);
        var tokens = await agency.GetTokensAsync(browser);

        var answer = await agency.UserInfoAsync((string)tokens["access_token"]!);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/jwt");
        var claims = await Jwt.VerifiedAsync(server, await answer.Content.ReadAsStringAsync(), alg);
        claims.Select(c => c.Key).Order(StringComparer.Ordinal).ShouldBe(["aud", "iat", "iss", "locale", "nickname", "sub"]);
        ((string?)claims["iss"]).ShouldBe(OidcServer.Issuer);
        ((string?)claims["aud"]).ShouldBe(agency.ClientId);
        ((string?)claims["sub"]).ShouldBe((string?)Jwt.Claims((string)tokens["id_token"]!)["sub"]);
        ((string?)claims["nickname"]).ShouldBe(citizen.Label);

        // It is no token, and an error stays what RFC 6750 says.
        (await agency.UserInfoAsync(await answer.Content.ReadAsStringAsync())).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await agency.UserInfoAsync("made-up")).Headers.WwwAuthenticate.Select(challenge => challenge.Scheme).ShouldContain("Bearer");
    }

    [Theory(DisplayName = "RFC 9701 §5: introspection as a JWT, if it is asked for")]
    [InlineData(null, "ES256")]
    [InlineData("PS256", "PS256")]
    [InlineData("RS256", "RS256")]
    public async Task Introspection(string? registered, string alg)
    {
        var api = await TestResource.NewAsync(server, a =>
        {
            if (registered is not null)
            {
                a.Metadata["introspection_signed_response_alg"] = registered;
            }
        });
        var agency = await TestResource.NewUserAsync(server, api);
        using var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        var details = api.Details();
        var tokens = await agency.GetTokensAsync(browser, r => (r["scope"], r["authorization_details"]) = ($"openid {api.Read}", details));
        var access = (string)tokens["access_token"]!;

        var answer = await api.Agency.IntrospectAsync(access, SignedJson);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe(SignedJson);
        var jwt = await answer.Content.ReadAsStringAsync();
        ((string?)Jwt.Header(jwt)["typ"]).ShouldBe("token-introspection+jwt");
        var claims = await Jwt.VerifiedAsync(server, jwt, alg);
        claims.Select(c => c.Key).Order(StringComparer.Ordinal).ShouldBe(["aud", "iat", "iss", "token_introspection"]);
        ((string?)claims["iss"]).ShouldBe(OidcServer.Issuer);
        ((string?)claims["aud"]).ShouldBe(api.Agency.ClientId);
        var plain = await (await api.Agency.IntrospectAsync(access)).JsonAsync();
        JsonNode.DeepEquals(claims["token_introspection"], plain).ShouldBeTrue(claims.ToJsonString());
        plain["authorization_details"]!.AsArray().Count.ShouldBe(1);
        (await api.Agency.IntrospectAsync(access, "application/json")).Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        (await api.Agency.IntrospectAsync(access, SignedJson + ";q=0, application/json")).Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
    }

    [Fact(DisplayName = "RFC 9701 §5: of a token that is not active a signed answer says nothing else")]
    public async Task Not_active()
    {
        var agency = await server.NewAgencyAsync();

        var claims = await Jwt.VerifiedAsync(server, await (await agency.IntrospectAsync("made-up", SignedJson)).Content.ReadAsStringAsync());

        claims["token_introspection"]!.ToJsonString().ShouldBe("""{"active":false}""");
    }

    [Fact(DisplayName = "RFC 9701 §8.1: a signed introspection is no access token")]
    public async Task No_token()
    {
        var agency = await server.NewAgencyAsync();
        using var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        var access = (string)(await agency.GetTokensAsync(browser))["access_token"]!;

        var jwt = await (await agency.IntrospectAsync(access, SignedJson)).Content.ReadAsStringAsync();

        (await agency.UserInfoAsync(jwt)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await (await agency.IntrospectAsync(jwt)).JsonAsync()).ToJsonString().ShouldBe("""{"active":false}""");
    }
}

[Collection<OnSqlite>]
public sealed class SqliteSignedAnswerTests(SqliteOidcServer server) : SignedAnswerTests(server);

[Collection<OnPostgres>]
public sealed class PostgresSignedAnswerTests(PostgresOidcServer server) : SignedAnswerTests(server);
