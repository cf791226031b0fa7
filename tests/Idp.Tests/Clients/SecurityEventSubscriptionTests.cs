using System.Text.Json.Nodes;
using Moi.Identity.Idp.Features.Clients;

namespace Moi.Identity.Idp.Tests.Clients;

/// <summary>What <c>moi_security_events</c> may say.</summary>
public sealed class SecurityEventSubscriptionTests
{
    private const string Revoked = "https://schemas.openid.net/secevent/caep/event-type/session-revoked";
    private const string Push = $$"""{"delivery": "push", "endpoint_url": "https://permits.example.gov.tw/events", "events": ["{{Revoked}}"]}""";
    private const string Poll = $$"""{"delivery": "poll", "events": ["{{Revoked}}"]}""";

    [Theory]
    [InlineData(Push, "private_key_jwt")]
    [InlineData(Push, "client_secret_post")]
    [InlineData(Poll, "private_key_jwt")]
    [InlineData(Poll, "client_secret_basic")]
    [InlineData(Poll, "tls_client_auth")]
    [InlineData(Poll, "self_signed_tls_client_auth")]
    public void Good_subscriptions_are_accepted(string subscription, string method) => Check(subscription, method).ShouldBeEmpty();

    [Theory]
    [InlineData("[]", "", "type")]
    [InlineData("""{"delivery": "push", "events": ["EVENT"]}""", ".endpoint_url", "missing")]
    [InlineData("""{"delivery": "poll", "endpoint_url": "https://a.example/", "events": ["EVENT"]}""", ".endpoint_url", "value")]
    [InlineData("""{"delivery": "mail", "events": ["EVENT"]}""", ".delivery", "value")]
    [InlineData("""{"events": ["EVENT"]}""", ".delivery", "value")]
    [InlineData("""{"delivery": "poll", "events": []}""", ".events", "missing")]
    [InlineData("""{"delivery": "poll", "events": "EVENT"}""", ".events", "type")]
    [InlineData("""{"delivery": "poll", "events": ["EVENT", "EVENT"]}""", ".events[1]", "duplicate")]
    [InlineData("""{"delivery": "poll", "events": ["session-revoked"]}""", ".events[0]", "value")]
    [InlineData("""{"delivery": "poll", "events": [1]}""", ".events[0]", "value")]
    [InlineData("""{"delivery": "poll", "events": ["EVENT"], "authorization_header": "Bearer x"}""", ".authorization_header", "unknown-member")]
    public void Others_are_refused_where_they_are_wrong(string subscription, string path, string rule)
        => Check(subscription.Replace("EVENT", Revoked, StringComparison.Ordinal)).Select(m => (m.Path, m.Rule))
            .ShouldContain(("$[0].moi_security_events" + path, rule));

    [Theory]
    [InlineData("none")]
    [InlineData("client_secret_post")]
    public void Who_cannot_prove_itself_beside_a_JSON_body_cannot_fetch(string method)
        => Check(Poll, method).Single().Rule.ShouldBe("auth-method");

    [Theory(DisplayName = "R13: events and logout notices go to no address inside")]
    [InlineData("http://permits.example.gov.tw/")]
    [InlineData("https://127.0.0.1/")]
    [InlineData("https://169.254.169.254/latest/")]
    [InlineData("https://[::1]/")]
    [InlineData("https://10.0.0.1/")]
    [InlineData("https://2130706433/")]
    [InlineData("https://localhost/")]
    [InlineData("https://idp.localhost/")]
    [InlineData("https://user@permits.example.gov.tw/")]
    [InlineData("https://permits.example.gov.tw/#x")]
    [InlineData("file:///etc/passwd")]
    public void R13_addresses(string address)
    {
        Check(Push.Replace("https://permits.example.gov.tw/events", address, StringComparison.Ordinal))
            .ShouldContain(m => m.Path == "$[0].moi_security_events.endpoint_url");
        Check(Push, logout: address).ShouldContain(m => m.Path == "$[0].backchannel_logout_uri");
    }

    private static IReadOnlyList<Mistake> Check(
        string subscription, string method = "private_key_jwt", string logout = "https://permits.example.gov.tw/out")
    {
        var client = new JsonObject
        {
            ["client_id"] = "permits",
            ["client_name"] = "Permits",
            ["moi_agency"] = "building-office",
            ["redirect_uris"] = new JsonArray("https://permits.example.gov.tw/callback"),
            ["token_endpoint_auth_method"] = method,
            ["backchannel_logout_uri"] = logout,
            ["moi_security_events"] = JsonNode.Parse(subscription),
        };
        if (method is "private_key_jwt" or "self_signed_tls_client_auth")
        {
            client["jwks_uri"] = "https://permits.example.gov.tw/jwks";
        }

        if (method == "tls_client_auth")
        {
            client["tls_client_auth_san_dns"] = "permits.example.gov.tw";
        }

        var mistakes = new Mistakes();
        var mutualTls = new MutualTlsOptions { Enabled = true, TrustAnchors = "authorities" };
        new ClientRules(development: false, new HashSet<string>(), new HashSet<string>(), mutualTls).Check(ClientMetadataReader.Read(client, "$[0]", mistakes), "$[0]", mistakes);
        return mistakes.List;
    }
}
