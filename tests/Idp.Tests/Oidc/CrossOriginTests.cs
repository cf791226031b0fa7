using System.Net;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>Which pages of other sites may call which endpoints.</summary>
[Collection<OnSqlite>]
public sealed class CrossOriginTests(SqliteOidcServer server)
{
    [Theory]
    [InlineData("/connect/jwks")]
    [InlineData("/.well-known/openid-configuration")]
    [InlineData("/.well-known/oauth-authorization-server")]
    public async Task What_is_public_is_read_by_every_page(string path)
    {
        using var answer = await AskAsync(HttpMethod.Get, path, "https://anybody.example");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        Header(answer, "Access-Control-Allow-Origin").ShouldBe("*");
        Header(answer, "Access-Control-Allow-Credentials").ShouldBeNull();

        // A shared cache gives this answer to pages too.
        using var http = server.NewBackChannel();
        using var ofAProgram = await http.GetAsync(path);
        Header(ofAProgram, "Access-Control-Allow-Origin").ShouldBe("*");
    }

    [Theory]
    [InlineData("/connect/par")]
    [InlineData("/connect/token")]
    [InlineData("/connect/userinfo")]
    [InlineData("/connect/revoke")]
    public async Task A_public_clients_page_may_call_what_it_needs_and_read_the_answer(string path)
    {
        var origin = (await PublicClientAsync()).Host;

        using var asked = await PreflightAsync(path, origin, "POST", "authorization,content-type,dpop");
        asked.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        Header(asked, "Access-Control-Allow-Origin").ShouldBe(origin);
        Header(asked, "Access-Control-Allow-Headers").ShouldBe("Authorization,Content-Type,DPoP");
        Header(asked, "Access-Control-Allow-Credentials").ShouldBeNull();

        using var answer = await AskAsync(HttpMethod.Post, path, origin);
        ((int)answer.StatusCode).ShouldBeInRange(400, 401);
        Header(answer, "Access-Control-Allow-Origin").ShouldBe(origin);
        Header(answer, "Access-Control-Expose-Headers").ShouldBe("DPoP-Nonce,WWW-Authenticate,Retry-After");
        answer.Headers.Vary.ShouldContain("Origin");
    }

    [Fact]
    public async Task Other_pages_may_not()
    {
        var agency = await server.NewAgencyAsync();
        var client = await PublicClientAsync();

        // Its address is one of the list: any program of the machine may have it.
        await server.NewAgencyAsync(a =>
        {
            a.BePublic().Metadata["application_type"] = "native";
            a.Metadata["redirect_uris"] = new System.Text.Json.Nodes.JsonArray("http://127.0.0.1/callback");
        });
        string[] origins =
        [
            agency.Host, "http://127.0.0.1", "https://anybody.example", client.Host + ":81", client.Host.ToUpperInvariant(), client.Host + ".example",
            client.Host.Replace("http:", "https:", StringComparison.Ordinal), "null", "",
        ];
        foreach (var origin in origins)
        {
            using var asked = await PreflightAsync("/connect/token", origin, "POST", "content-type");
            Header(asked, "Access-Control-Allow-Origin").ShouldBeNull(origin);
            using var answer = await AskAsync(HttpMethod.Post, "/connect/token", origin);
            Header(answer, "Access-Control-Allow-Origin").ShouldBeNull(origin);
        }

        client.Metadata["moi_status"] = "suspended";
        await client.RegisterAsync();
        using var suspended = await PreflightAsync("/connect/token", client.Host, "POST", "content-type");
        Header(suspended, "Access-Control-Allow-Origin").ShouldBeNull();
    }

    [Theory]
    [InlineData("/connect/introspect")]
    [InlineData("/connect/device")]
    [InlineData("/connect/events/poll")]
    [InlineData("/connect/register")]
    [InlineData("/connect/authorize")]
    [InlineData("/sign-in")]
    [InlineData("/account")]
    [InlineData("/sign-out")]
    public async Task Nothing_else_is_open_to_a_page_of_another_site(string path)
    {
        var origin = (await PublicClientAsync()).Host;

        using var asked = await PreflightAsync(path, origin, "POST", "content-type");
        Header(asked, "Access-Control-Allow-Origin").ShouldBeNull();
        using var answer = await AskAsync(HttpMethod.Get, path, origin);
        Header(answer, "Access-Control-Allow-Origin").ShouldBeNull();
    }

    private static string? Header(HttpResponseMessage answer, string name)
        => answer.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    private Task<TestAgency> PublicClientAsync() => server.NewAgencyAsync(a => a.BePublic());

    private Task<HttpResponseMessage> PreflightAsync(string path, string origin, string method, string headers)
        => AskAsync(HttpMethod.Options, path, origin, ("Access-Control-Request-Method", method), ("Access-Control-Request-Headers", headers));

    private async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, string origin, params (string Name, string Value)[] more)
    {
        var http = server.NewBackChannel();
        var request = new HttpRequestMessage(method, path);
        if (method == HttpMethod.Post)
        {
            request.Content = new FormUrlEncodedContent([new("client_id", "nobody")]);
        }

        request.Headers.TryAddWithoutValidation("Origin", origin);
        foreach (var (name, value) in more)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await http.SendAsync(request);
    }
}
