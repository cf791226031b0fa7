using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>
/// Whatever goes wrong, a program gets an OAuth error in JSON and a person gets a page; both say under which trace the
/// one log line is found, and neither sees an exception.
/// </summary>
public abstract class ProtocolErrorTests(OidcServer server)
{
    public static TheoryData<string> Posted => ["/connect/par", "/connect/token", "/connect/introspect", "/connect/revoke"];

    private static void Offline(Dictionary<string, string> request) => request["scope"] = "openid profile offline_access";

    [Fact]
    public void Every_endpoint_that_programs_call_is_on_the_list()
    {
        var document = Services<Features.Oidc.Discovery.DiscoveryDocument>().Bytes;
        var addresses = JsonNode.Parse(document.Span)!.AsObject()
            .Where(member => member.Key is "jwks_uri" || member.Key.EndsWith("_endpoint", StringComparison.Ordinal))
            .Where(member => member.Key is not ("authorization_endpoint" or "end_session_endpoint"))
            .Select(member => new Uri((string)member.Value!).AbsolutePath);

        Services<Microsoft.Extensions.Options.IOptions<ProtocolEndpoints>>().Value.Paths.ShouldBe(
            [
                .. addresses, "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server",
                "/.well-known/ssf-configuration", "/connect/events/poll",
            ],
            ignoreOrder: true);
    }

    [Fact]
    [Causes("MOI-SYS-503")]
    public async Task The_store_being_away_is_told_and_may_be_tried_again()
    {
        var (agency, code, tokens) = await EnterAsync();
        Dictionary<string, string> token = new() { ["token"] = (string)tokens["refresh_token"]! };
        using (Outage.Begin(server.Services))
        {
            await IsUnavailableAsync(await agency.PostAsync("/connect/par", agency.Request()));
            await IsUnavailableAsync(await agency.RedeemAsync(code));
            await IsUnavailableAsync(await agency.RefreshAsync((string)tokens["refresh_token"]!));
            await IsUnavailableAsync(await agency.PostAsync("/connect/introspect", token));
            await IsUnavailableAsync(await agency.PostAsync("/connect/revoke", token));
        }

        (await agency.RedeemAsync(code)).StatusCode.ShouldBe(HttpStatusCode.OK, "nothing was half done");
    }

    [Theory]
    [InlineData("/connect/authorize")]
    [InlineData("/connect/logout")]
    public async Task The_store_being_away_is_a_page_for_a_person(string path)
    {
        var agency = await server.NewAgencyAsync();
        using var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        using var outage = Outage.Begin(server.Services);

        var answer = await browser.GetAsync(path == "/connect/logout" ? path : agency.AuthorizeAddress());

        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(10));
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        var page = await answer.Content.ReadAsStringAsync();
        page.ShouldContain("MOI-SYS-503");
        page.ShouldContain("problem-trace");
    }

    [Fact]
    [Causes("MOI-SYS-500")]
    public async Task A_failure_of_ours_is_a_server_error_without_its_reason()
    {
        var (agency, _, tokens) = await EnterAsync();
        await server.ExecuteAsync("ALTER TABLE grants RENAME TO grants_gone");
        try
        {
            var refreshed = await ErrorAsync(await agency.RefreshAsync((string)tokens["refresh_token"]!), HttpStatusCode.InternalServerError);
            Refused.With(refreshed, "MOI-SYS-500", "server_error");
            var userInfo = await ErrorAsync(await agency.UserInfoAsync((string)tokens["access_token"]!), HttpStatusCode.InternalServerError);
            Refused.With(userInfo, "MOI-SYS-500", "server_error");
            userInfo.ToJsonString().ShouldNotContain("grants");
        }
        finally
        {
            await server.ExecuteAsync("ALTER TABLE grants_gone RENAME TO grants");
        }
    }

    [Theory]
    [MemberData(nameof(Posted))]
    public async Task A_request_that_cannot_be_read_is_refused(string path)
    {
        using var http = server.NewBackChannel();
        HttpContent[] contents =
        [
            new StringContent("{}", Encoding.UTF8, "application/json"),
            new StringContent("", Encoding.UTF8, "application/x-www-form-urlencoded"),
            new StringContent("client_id=a&client_id=b&token=x&grant_type=x", Encoding.UTF8, "application/x-www-form-urlencoded"),
            new StringContent("%ff%zz=%00&%", Encoding.UTF8, "application/x-www-form-urlencoded"),
            new StringContent(new string('k', 3000) + "=v", Encoding.UTF8, "application/x-www-form-urlencoded"),
            new StringContent(string.Join('&', Enumerable.Range(0, 2000).Select(i => "a" + i)), Encoding.UTF8, "application/x-www-form-urlencoded"),
            new StringContent("--x\r\nno part", Encoding.UTF8, MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x")),
            new StringContent(new string('x', 100_000), Encoding.UTF8, "application/x-www-form-urlencoded"),
        ];
        foreach (var content in contents)
        {
            using var answer = await http.PostAsync(path, content);
            var error = await ErrorAsync(answer, answer.StatusCode);
            ((int)answer.StatusCode).ShouldBeInRange(400, 413);
            ((string?)error["error"]).ShouldBeOneOf("invalid_request", "invalid_client", "unsupported_grant_type");
        }
    }

    [Theory]
    [InlineData("/connect/authorize")]
    [InlineData("/connect/logout")]
    public async Task A_request_of_a_browser_that_cannot_be_read_is_refused_on_a_page(string path)
    {
        using var browser = server.NewBrowser();
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(new string('k', 3000) + "=v", Encoding.UTF8, "application/x-www-form-urlencoded"),
        };

        var answer = await browser.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("MOI-SYS-400");
    }

    [Theory]
    [InlineData("GET", "/connect/par", 400)]
    [InlineData("GET", "/connect/token", 400)]
    [InlineData("GET", "/connect/token/", 400)]
    [InlineData("GET", "/Connect/TOKEN", 400)]
    [InlineData("PUT", "/connect/introspect", 400)]
    [InlineData("DELETE", "/connect/revoke", 400)]
    [InlineData("POST", "/connect/jwks", 405)]
    [InlineData("POST", "/.well-known/openid-configuration", 405)]
    public async Task A_wrong_method_is_refused(string method, string path, int status)
    {
        using var http = server.NewBackChannel();
        using var answer = await http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        ((string?)(await ErrorAsync(answer, (HttpStatusCode)status))["error"]).ShouldBe("invalid_request");
        string.Join(' ', answer.Content.Headers.Allow.Order(StringComparer.Ordinal)).ShouldBe(status == 405 ? "GET HEAD" : "");
    }

    [Theory]
    [InlineData("/connect/token//")]
    [InlineData("/connect//token")]
    [InlineData("/connect/token/more")]
    [InlineData("/token")]
    [InlineData("/")]
    public async Task Another_path_is_no_endpoint(string path)
    {
        var agency = await server.NewAgencyAsync();
        using var answer = await agency.PostRawAsync(path, new() { ["grant_type"] = "client_credentials" });
        (await answer.Content.ReadAsStringAsync()).ShouldNotContain("errors/MOI-CLI");
        answer.StatusCode.ShouldBeOneOf(HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed, HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("/connect/token")]
    [InlineData("/connect/userinfo")]
    [InlineData("/connect/jwks")]
    [InlineData("/.well-known/openid-configuration")]
    public async Task Another_host_name_is_refused(string path)
    {
        using var http = server.NewBackChannel();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = "evil.example";
        using var answer = await http.SendAsync(request);

        ((string?)(await ErrorAsync(answer, HttpStatusCode.MisdirectedRequest))["error"]).ShouldBe("invalid_request");
    }

    [Fact]
    public async Task A_refusal_is_one_log_line_that_names_only_clients_we_know()
    {
        var agency = await server.NewAgencyAsync();
        (await agency.RedeemAsync("made-up")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        server.Log.All.Where(line => line.Contains(agency.ClientId, StringComparison.Ordinal) && line.StartsWith("Warning", StringComparison.Ordinal))
            .ShouldHaveSingleItem().ShouldContain("invalid_grant");

        using var http = server.NewBackChannel();
        Dictionary<string, string> form = new() { ["client_id"] = "王小明\r\nforged", ["grant_type"] = "authorization_code", ["code"] = "x" };
        using var answer = await http.PostAsync("/connect/token", new FormUrlEncodedContent(form));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        server.Log.All.Where(line => line.StartsWith("Warning", StringComparison.Ordinal)).ShouldNotContain(line => line.Contains("forged", StringComparison.Ordinal));
    }

    private async Task IsUnavailableAsync(HttpResponseMessage answer)
    {
        var error = await ErrorAsync(answer, HttpStatusCode.ServiceUnavailable);
        Refused.With(error, "MOI-SYS-503", "temporarily_unavailable");
        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(10));
    }

    /// <summary>What every error has in common.</summary>
    private async Task<JsonObject> ErrorAsync(HttpResponseMessage answer, HttpStatusCode status)
    {
        var error = await answer.JsonAsync(status);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        ((string?)error["error"]).ShouldNotBeNullOrEmpty();
        ((string?)error["error_description"]).ShouldNotBeNullOrEmpty();
        error.ToJsonString().ShouldNotContain("Exception");
        var trace = (string?)error["trace_id"];
        trace.ShouldNotBeNullOrEmpty();
        server.Log.All.Where(line => line.Contains(trace, StringComparison.Ordinal) && !line.StartsWith("Information", StringComparison.Ordinal))
            .ShouldHaveSingleItem();
        return error;
    }

    private T Services<T>()
        where T : notnull
        => server.Services.GetRequiredService<T>();

    private async Task<(TestAgency Agency, string Code, JsonObject Tokens)> EnterAsync()
    {
        var agency = await server.NewAgencyAsync();
        using var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        var tokens = await agency.GetTokensAsync(browser, Offline);
        return (agency, await agency.EnterAsync(browser, Offline), tokens);
    }
}

[Collection<OnSqlite>]
public sealed class SqliteProtocolErrorTests(SqliteOidcServer server) : ProtocolErrorTests(server);

[Collection<OnPostgres>]
public sealed class PostgresProtocolErrorTests(PostgresOidcServer server) : ProtocolErrorTests(server);
