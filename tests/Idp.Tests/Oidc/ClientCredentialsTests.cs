using System.Net;
using System.Security.Cryptography;
using static Moi.Identity.Idp.Tests.Oidc.ResourceAgencies;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>RFC 6749 §4.4: what a client gets in its own name.</summary>
public abstract class ClientCredentialsTests(OidcServer server)
{
    [Theory]
    [InlineData("private_key_jwt")]
    [InlineData("client_secret_basic")]
    [InlineData("client_secret_post")]
    public async Task A_client_gets_an_access_token_of_its_own_for_one_resource(string method)
    {
        var (client, resource) = await NewAsync(method);

        var answer = await (await AskAsync(client, resource.Scope())).JsonAsync();

        answer.Select(member => member.Key).ShouldBe(["access_token", "token_type", "expires_in"], ignoreOrder: true);
        var token = (string)answer["access_token"]!;
        ((string?)Jwt.Header(token)["typ"]).ShouldBe("at+jwt");
        var claims = Jwt.Claims(token);
        claims.Select(claim => claim.Key).ShouldBe(["iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope"], ignoreOrder: true);
        ((string?)claims["sub"]).ShouldBe(client.ClientId);
        ((string?)claims["client_id"]).ShouldBe(client.ClientId);
        ((string?)claims["aud"]).ShouldBe(resource.Resource());
        ((string?)claims["scope"]).ShouldBe(resource.Scope());
    }

    [Theory]
    [InlineData("")]
    [InlineData("openid")]
    [InlineData("profile")]
    [InlineData("offline_access")]
    [InlineData("openid {read}")]
    [InlineData("{other}")]
    [InlineData("{read} {unregistered}")]
    [InlineData("no.such.scope")]
    public async Task Scopes_of_citizens_of_others_and_of_two_resources_are_refused(string scopes)
    {
        var (client, resource) = await NewAsync();
        var second = await server.NewResourceAsync();
        client.Metadata["scope"] = $"{client.Metadata["scope"]} {second.Scope()}";
        await client.RegisterAsync();
        var text = scopes.Replace("{read}", resource.Scope(), StringComparison.Ordinal)
            .Replace("{other}", resource.Scope() + " " + second.Scope(), StringComparison.Ordinal)
            .Replace("{unregistered}", resource.Scope("write"), StringComparison.Ordinal);

        await IsRefusedAsync(AskAsync(client, text), "invalid_scope");
    }

    [Fact(DisplayName = "RFC 8707 §2.2: a resource narrows the scopes to its own")]
    public async Task Resource()
    {
        var (client, resource) = await NewAsync();
        var second = await server.NewResourceAsync();
        client.Metadata["scope"] = $"{client.Metadata["scope"]} {second.Scope()}";
        await client.RegisterAsync();
        var both = resource.Scope() + " " + second.Scope();

        var answer = await (await AskAsync(client, both, ("resource", second.Resource()))).JsonAsync();

        ((string?)answer["scope"]).ShouldBe(second.Scope());
        var claims = Jwt.Claims((string)answer["access_token"]!);
        ((string?)claims["aud"]).ShouldBe(second.Resource());
        ((string?)claims["scope"]).ShouldBe(second.Scope());
        await IsRefusedAsync(AskAsync(client, resource.Scope(), ("resource", second.Resource())), "invalid_target");
        await IsRefusedAsync(AskAsync(client, both, ("resource", "https://nobody.example/api")), "invalid_target");
        await IsRefusedAsync(AskAsync(client, both, ("resource", second.Resource().ToUpperInvariant())), "invalid_target");
        await IsRefusedAsync(AskAsync(client, both, ("resource", second.Resource() + "#x")), "invalid_target");
        await IsRefusedAsync(AskAsync(client, both, ("audience", second.Resource())), "invalid_request");
    }

    [Fact]
    public async Task Another_grant_has_no_audience_parameter()
    {
        var agency = await server.NewAgencyAsync();
        var resource = await server.NewResourceAsync();
        using var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        var code = await agency.EnterAsync(browser);
        await IsRefusedAsync(agency.RedeemAsync(code, form => form["audience"] = resource.Resource()), "invalid_request");
    }

    [Fact]
    public async Task A_client_without_the_grant_gets_nothing()
    {
        var resource = await server.NewResourceAsync();
        var client = await server.NewAgencyAsync(a => a.Metadata["scope"] = "openid " + resource.Scope());
        await IsRefusedAsync(AskAsync(client, resource.Scope()), "unauthorized_client");
    }

    [Theory]
    [InlineData("none", "public")]
    [InlineData("no-scope", "scope")]
    [InlineData("subject", "subject-shape")]
    public async Task A_registration_that_could_not_be_safe_is_refused(string bend, string rule)
    {
        var resource = await server.NewResourceAsync();
        var agency = new TestAgency(server, bend == "subject" ? "a2345678901234567890123456789012" : "cc-" + RandomNumberGenerator.GetHexString(8, lowercase: true));
        agency.Grant(ClientCredentials, bend == "no-scope" ? [] : [resource.Scope()]);
        if (bend == "none")
        {
            agency.BePublic();
        }

        var result = await server.ApplyAsync($"[{agency.Metadata.ToJsonString()}]");

        result.Mistakes.Select(mistake => mistake.Rule).ShouldBe([rule]);
    }

    [Fact]
    public async Task Who_may_ask_about_it_and_who_may_give_it_back()
    {
        var (client, resource) = await NewAsync();
        var other = await server.NewResourceAsync();
        var token = await TokenAsync(client, resource);

        foreach (var asker in (TestAgency[])[client, resource])
        {
            var known = await asker.AskAboutAsync(token);
            ((bool)known["active"]!).ShouldBeTrue();
            ((string?)known["sub"]).ShouldBe(client.ClientId);
            ((string?)known["client_id"]).ShouldBe(client.ClientId);
            ((string?)known["scope"]).ShouldBe(resource.Scope());
            ((string?)known["aud"]).ShouldBe(resource.Resource());
        }

        (await other.AskAboutAsync(token)).ToJsonString().ShouldBe("""{"active":false}""");
        (await client.UserInfoAsync(token)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        // Only its own client gives it back; and its sister lives on.
        var sister = await TokenAsync(client, resource);
        await resource.PostAsync("/connect/revoke", new() { ["token"] = token });
        (await resource.IsActiveAsync(token)).ShouldBeTrue();
        await client.PostAsync("/connect/revoke", new() { ["token"] = token });
        (await resource.IsActiveAsync(token)).ShouldBeFalse();
        (await resource.IsActiveAsync(sister)).ShouldBeTrue();
    }

    [Fact(DisplayName = "T6: the tokens of a suspended client end at the next use")]
    public async Task T6()
    {
        var (client, resource) = await NewAsync();
        var token = await TokenAsync(client, resource);
        client.Metadata["moi_status"] = "suspended";
        await client.RegisterAsync();

        (await resource.IsActiveAsync(token)).ShouldBeFalse();
        await IsRefusedAsync(AskAsync(client, resource.Scope()), "invalid_client", HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("client_secret_basic", 0)]
    [InlineData("private_key_jwt", 1)]
    public async Task It_costs_the_databases_next_to_nothing(string method, int commands)
    {
        var (client, resource) = await NewAsync(method);
        await TokenAsync(client, resource);
        var seen = new List<(long Commands, long Statements)>();

        // Housekeeping of the server may fall into one measurement; it can only add.
        for (var i = 0; i < 5; i++)
        {
            using var costs = new Costs(server);
            await TokenAsync(client, resource);
            seen.Add((costs.StoreCommands, costs.SqlStatements));
        }

        seen.Min().ShouldBe(((long)commands, 0L));
    }

    [Fact]
    public async Task An_assertion_is_good_for_one_token_but_a_refused_request_leaves_it_whole()
    {
        var (client, resource) = await NewAsync();
        var assertion = client.Assertion();
        Dictionary<string, string> Form(string scope) => new() { ["grant_type"] = ClientCredentials, ["scope"] = scope };

        await IsRefusedAsync(client.PostAsync("/connect/token", Form("openid"), assertion), "invalid_scope");
        (await client.PostAsync("/connect/token", Form(resource.Scope()), assertion)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await IsRefusedAsync(
            client.PostAsync("/connect/token", Form(resource.Scope()), assertion), "invalid_client", HttpStatusCode.Unauthorized);
    }

    private static Task<HttpResponseMessage> AskAsync(TestAgency client, string scope, params (string Name, string Value)[] more)
    {
        var form = new Dictionary<string, string> { ["grant_type"] = ClientCredentials, ["scope"] = scope };
        foreach (var (name, value) in more)
        {
            form[name] = value;
        }

        return client.PostAsync("/connect/token", form);
    }

    private static async Task<string> TokenAsync(TestAgency client, TestAgency resource)
        => (string)(await (await AskAsync(client, resource.Scope())).JsonAsync())["access_token"]!;

    private async Task<(TestAgency Client, TestAgency Resource)> NewAsync(string method = "private_key_jwt")
    {
        var resource = await server.NewResourceAsync();
        var client = await server.NewAgencyAsync(agency =>
        {
            agency.Grant(ClientCredentials, resource.Scope());
            if (method != "private_key_jwt")
            {
                agency.UseSecret(method);
            }
        });
        return (client, resource);
    }
}

[Collection<OnSqlite>]
public sealed class SqliteClientCredentialsTests(SqliteOidcServer server) : ClientCredentialsTests(server);

[Collection<OnPostgres>]
public sealed class PostgresClientCredentialsTests(PostgresOidcServer server) : ClientCredentialsTests(server);
