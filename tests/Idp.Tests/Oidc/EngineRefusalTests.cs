using System.Net.Http.Headers;
using System.Resources;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using OpenIddict.Abstractions;
using static Moi.Identity.Idp.Tests.Oidc.ResourceAgencies;
using Form = System.Collections.Generic.Dictionary<string, string>;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>
/// Each sentence of the engine to which we give a code is one that a sender can cause. A row of <see cref="EngineRefusals"/> without a
/// case is red, and so is a case whose answer is another sentence. Seen failing on 2026-11-27, with a sentence that cannot be caused and
/// with another code for one that can.
/// </summary>
public abstract class EngineRefusalTests(OidcServer server)
{
    private const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    private const string IdToken = "urn:ietf:params:oauth:token-type:id_token";

    /// <summary>Sends what is refused.</summary>
    private delegate Task<HttpResponseMessage> Send(OidcServer server, TestAgency agency);

    private static readonly ResourceManager Sentences =
        new("OpenIddict.Abstractions.OpenIddictResources", typeof(OpenIddictConstants).Assembly);

    private static readonly Dictionary<EngineRefusal, Send> Cases = new()
    {
        // Tokens.
        [new("ID2029", "redirect_uri", "MOI-TOK-014", "invalid_request")] = Redeemed(f => f.Remove("redirect_uri")),
        [new("ID2072", null, "MOI-TOK-014", "invalid_grant")] = Redeemed(f => f["redirect_uri"] = "https://other.example/"),
        [new("ID2029", "code_verifier", "MOI-TOK-013", "invalid_request")] = (_, a) => a.RedeemAsync("x", f => f.Remove("code_verifier")),
        [new("ID2052", "code_verifier", "MOI-TOK-013", "invalid_grant")] = Redeemed(f => f["code_verifier"] = new string('x', 43)),
        [new("ID2052", "scope", "MOI-TOK-015", "invalid_scope")] = async (server, a) =>
        {
            using var browser = await SignedInAsync(server);
            var tokens = await a.GetTokensAsync(browser, r => r["scope"] = "openid offline_access");
            return await a.RefreshAsync((string)tokens["refresh_token"]!, f => f["scope"] = "openid profile");
        },
        [new("ID2074", "scope", "MOI-TOK-015", "invalid_request")] = (_, a) => a.RedeemAsync("x", f => f["scope"] = "openid"),
        [new("ID2058", null, "MOI-REQ-011", "invalid_request")] = (_, a) => a.PostAsync("/connect/token", new() { ["grant_type"] = DeviceCode }),
        [new("ID2057", null, "MOI-REQ-011", "invalid_request")] =
            (_, a) => a.PostRawAsync("/connect/token", new() { ["grant_type"] = ClientCredentials, ["client_id"] = a.ClientId }),
        [new("ID2032", "subject_token_type", "MOI-REQ-016", "invalid_request")] = Exchanged(f => f["subject_token_type"] = IdToken),
        [new("ID2032", "requested_token_type", "MOI-REQ-016", "invalid_request")] = Exchanged(f => f["requested_token_type"] = IdToken),
        [new("ID2032", "actor_token_type", "MOI-REQ-016", "invalid_request")] =
            Exchanged(f => (f["actor_token"], f["actor_token_type"]) = ("x", AccessToken)),
        [new("ID2195", null, "MOI-REQ-016", "invalid_request")] = (_, a) => a.RefreshAsync("x", f => f["audience"] = "https://other.example/"),

        // Who the client is.
        [new("ID2029", "client_id", "MOI-CLI-011", "invalid_client")] =
            (_, a) => a.PostRawAsync("/connect/token", new() { ["grant_type"] = "refresh_token", ["refresh_token"] = "x" }),
        [new("ID2055", null, "MOI-CLI-011", "invalid_request")] = (_, a) => a.SendAsync(Authorized("/connect/revoke", "Basic", "no colon")),
        [new("ID2087", null, "MOI-CLI-011", "invalid_request")] =
            (_, a) => a.SendAsync(Authorized("/connect/revoke", "Basic", "a:b", ("client_secret", "b"))),
        [new("ID2037", "client_assertion", "MOI-CLI-011", "invalid_request")] = Raw(("client_assertion_type", AssertionType)),
        [new("ID2037", "client_assertion_type", "MOI-CLI-011", "invalid_request")] = Raw(("client_assertion", "x")),
        [new("ID2032", "client_assertion_type", "MOI-CLI-011", "invalid_client")] =
            Raw(("client_assertion", "x"), ("client_assertion_type", "urn:other")),

        // Authorization requests.
        [new("ID2029", "code_challenge", "MOI-REQ-012", "invalid_request")] = Pushed(r => r.Remove("code_challenge")),
        [new("ID2029", "code_challenge_method", "MOI-REQ-012", "invalid_request")] = Pushed(r => r.Remove("code_challenge_method")),
        [new("ID2032", "code_challenge_method", "MOI-REQ-012", "invalid_request")] = Pushed(r => r["code_challenge_method"] = "plain"),
        [new("ID2029", "redirect_uri", "MOI-REQ-013", "invalid_request")] = Pushed(r => r.Remove("redirect_uri")),
        [new("ID2030", "redirect_uri", "MOI-REQ-013", "invalid_request")] = Pushed(r => r["redirect_uri"] = "/callback"),
        [new("ID2031", "redirect_uri", "MOI-REQ-013", "invalid_request")] = Pushed(r => r["redirect_uri"] += "#part"),
        [new("ID2135", "redirect_uri", "MOI-REQ-013", "invalid_request")] = Pushed(r => r["redirect_uri"] += "?iss=x"),
        [new("ID2043", "redirect_uri", "MOI-REQ-013", "invalid_request")] = Pushed(r => r["redirect_uri"] = "https://other.example/"),
        [new("ID2032", "response_mode", "MOI-REQ-003", "invalid_request")] = Pushed(r => r["response_mode"] = "web_message"),
        [new("ID2052", "response_type", "MOI-REQ-003", "invalid_request")] = Pushed(r => r["response_type"] = "code none"),
        [new("ID2065", null, "MOI-REQ-002", "invalid_request")] = async (server, _) =>
        {
            var agency = await server.NewAgencyAsync(a =>
            {
                a.Metadata["grant_types"] = new JsonArray("authorization_code");
                a.Metadata["scope"] = "openid";
            });
            return await agency.PostAsync("/connect/par", agency.Request(r => r["scope"] = "openid offline_access"));
        },
        [new("ID2141", null, "MOI-REQ-030", "invalid_request")] = async (server, a) =>
        {
            using var browser = await SignedInAsync(server);
            var other = await server.NewAgencyAsync();
            var hint = (string)(await other.GetTokensAsync(browser))["id_token"]!;
            return await a.PostAsync("/connect/par", a.Request(r => r["id_token_hint"] = hint));
        },
        [new("ID2029", null, "MOI-REQ-011", "invalid_request")] = Pushed(r => r.Remove("response_type")),
        [new("ID2032", "prompt", "MOI-REQ-016", "invalid_request")] = Pushed(r => r["prompt"] = "dance"),
        [new("ID2052", "prompt", "MOI-REQ-016", "invalid_request")] = Pushed(r => r["prompt"] = "none login"),
        [new("ID2074", null, "MOI-REQ-016", "invalid_request")] = Pushed(r => r["request_uri"] = "urn:ietf:params:oauth:request_uri:x"),
        [new("ID2193", null, "MOI-REQ-016", "invalid_request")] = async (server, a) =>
        {
            using var browser = server.NewBrowser();
            return await browser.GetAsync(a.AuthorizeAddress(r => r["audience"] = "https://other.example/"));
        },
        [new("ID2194", null, "MOI-REQ-016", "invalid_request")] = Pushed(r => r["audience"] = "https://other.example/"),

        // How a message is written, and what comes without a token.
        [new("ID2081", null, "MOI-REQ-014", "invalid_request")] = (_, a) => a.SendAsync(new(HttpMethod.Post, "/connect/token")),
        [new("ID2082", null, "MOI-REQ-014", "invalid_request")] =
            (_, a) => a.SendAsync(new(HttpMethod.Post, "/connect/token") { Content = new StringContent("{}", Encoding.UTF8, "application/json") }),
        [new("ID2084", null, "MOI-REQ-014", "invalid_request")] = (_, a) => a.SendAsync(new(HttpMethod.Get, "/connect/token")),
        [new("ID2029", "access_token", "MOI-TOK-016", "missing_token")] = (_, a) => a.SendAsync(new(HttpMethod.Get, "/connect/userinfo")),
    };

    public static TheoryData<string, string> Rows
        => new(EngineRefusals.All.Select(row => (row.Id + " " + row.Name + " " + row.Error, row.Code)));

    [Theory(DisplayName = "A sentence of the engine that has a code is one that a sender can cause")]
    [MemberData(nameof(Rows))]
    public async Task Is_caused(string sentence, string code)
    {
        var row = EngineRefusals.All.Single(row => row.Id + " " + row.Name + " " + row.Error == sentence && row.Code == code);
        Cases.ShouldContainKey(row);
        var agency = await server.NewAgencyAsync();

        var answer = await Cases[row](server, agency);

        var body = await answer.Content.ReadAsStringAsync();
        if (row.Error == "missing_token")
        {
            // RFC 6750 §3.1: who brought no token is told of the schemes alone. The code is for our log.
            answer.Headers.WwwAuthenticate.First().ToString().ShouldBe("Bearer");
            server.Log.All.ShouldContain(line => line.Contains($"({code}, trace", StringComparison.Ordinal) && Is(row).IsMatch(line));
            return;
        }

        var members = answer.Headers.Location is { } back
            ? new Uri(back.ToString()).Query()
            : JsonNode.Parse(body)!.AsObject().ToDictionary(m => m.Key, m => (string?)m.Value ?? "");
        Refused.With(members, code, row.Error);
        members["error_description"].ShouldMatch(Is(row).ToString());
    }

    [Fact]
    public void No_case_is_left_of_a_row_that_is_gone()
        => Cases.Keys.ShouldBe(EngineRefusals.All, ignoreOrder: true);

    /// <summary>The sentence, about the parameter of the row.</summary>
    private static Regex Is(EngineRefusal row)
        => new(
            Regex.Escape(Sentences.GetString(row.Id, System.Globalization.CultureInfo.InvariantCulture)!)
                .Replace(@"\{0}", row.Name ?? "[^']+", StringComparison.Ordinal).Replace(@"\{1}", "[^']+", StringComparison.Ordinal),
            RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));

    private static Send Pushed(Action<Form> bend) => (_, agency) => agency.PostAsync("/connect/par", agency.Request(bend));

    private static Send Redeemed(Action<Form> bend) => async (server, agency) =>
    {
        using var browser = await SignedInAsync(server);
        return await agency.RedeemAsync(await agency.EnterAsync(browser), bend);
    };

    private static Send Exchanged(Action<Form> bend) => (_, agency) =>
    {
        Form form = new() { ["grant_type"] = TokenExchange, ["subject_token"] = "x", ["subject_token_type"] = AccessToken };
        bend(form);
        return agency.PostAsync("/connect/token", form);
    };

    private static Send Raw(params (string Name, string Value)[] fields) => (_, agency) =>
    {
        Form form = new() { ["client_id"] = agency.ClientId, ["token"] = "x" };
        foreach (var (name, value) in fields)
        {
            form[name] = value;
        }

        return agency.PostRawAsync("/connect/revoke", form);
    };

    private static HttpRequestMessage Authorized(string path, string scheme, string credentials, params (string Name, string Value)[] fields)
        => new(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent([new("token", "x"), .. fields.Select(field => KeyValuePair.Create(field.Name, field.Value))]),
            Headers = { Authorization = new AuthenticationHeaderValue(scheme, Convert.ToBase64String(Encoding.ASCII.GetBytes(credentials))) },
        };

    private static async Task<TestBrowser> SignedInAsync(OidcServer server)
    {
        var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        return browser;
    }
}

[Collection<OnBoundSqlite>]
public sealed class SqliteEngineRefusalTests(SqliteBoundServer server) : EngineRefusalTests(server);

[Collection<OnBoundPostgres>]
public sealed class PostgresEngineRefusalTests(PostgresBoundServer server) : EngineRefusalTests(server);
