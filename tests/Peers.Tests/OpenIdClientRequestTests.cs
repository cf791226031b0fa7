using System.Text.Json.Nodes;
using Moi.Identity.Peers.Tests.Agencies;
using Moi.Identity.Peers.Tests.Servers;

namespace Moi.Identity.Peers.Tests;

/// <summary><c>openid-client</c> asks in every other way, and gets its answers signed.</summary>
public sealed class OpenIdClientRequestTests(Deployment deployment, RelyingParty peer) : IClassFixture<RelyingParty>
{
    [Fact]
    public async Task It_signs_its_request()
    {
        var done = await RunAsync("signed-request", PeerClients.WithKey);

        foreach (var way in (string[])["alone", "pushed"])
        {
            ((string?)done[way]!["claims"]!["aud"]).ShouldBe(PeerClients.WithKey.Id);
        }

        ((string?)done["forged"]!["error"]).ShouldBe("invalid_request_object");
    }

    [Fact]
    public async Task It_gets_a_signed_answer()
    {
        var done = await RunAsync("signed-answer", PeerClients.SignedAnswers);

        ((string?)done["claims"]!["aud"]).ShouldBe(PeerClients.SignedAnswers.Id);
        done["parameters"]!.ToJsonString().ShouldBe("""["response"]""");
    }

    [Fact]
    public async Task It_gets_the_answer_by_form()
    {
        var done = await RunAsync("form-post", PeerClients.WithKey);

        ((string?)done["claims"]!["aud"]).ShouldBe(PeerClients.WithKey.Id);
        ((string?)done["method"]).ShouldBe("POST");
    }

    [Fact]
    public async Task It_asks_for_single_claims()
    {
        var done = await RunAsync("claims", PeerClients.WithKey);

        ((string?)done["claims"]!["nickname"]).ShouldBe("Home");
        done["userInfo"]!.AsObject().Select(claim => claim.Key).ShouldBe(["sub", "locale"], ignoreOrder: true);
    }

    [Fact]
    public async Task It_asks_for_a_token_of_one_resource()
    {
        var done = await RunAsync(
            "resource", PeerClients.OfApi, new JsonObject { ["resource"] = "https://peer-api.example/api", ["scope"] = "peer-api.read" });

        ((string?)done["access"]!["aud"]).ShouldBe("https://peer-api.example/api");
        ((string?)done["access"]!["scope"]).ShouldBe("peer-api.read");
        ((string?)done["unknown"]!["error"]).ShouldBe("invalid_target");
    }

    [Fact]
    public async Task It_asks_in_detail()
    {
        var details = JsonNode.Parse("""[{"type": "peer-api.payment", "money": {"currency": "TWD", "amount": "12345.00"}}]""")!;

        var done = await RunAsync("details", PeerClients.OfApi, new JsonObject { ["details"] = details.DeepClone() });

        JsonNode.DeepEquals(done["answered"], details).ShouldBeTrue(done.ToJsonString());
        JsonNode.DeepEquals(done["inToken"], details).ShouldBeTrue(done.ToJsonString());
        ((string?)done["refused"]!["error"]).ShouldBe("invalid_authorization_details");
    }

    [Fact]
    public async Task It_gets_userinfo_signed()
    {
        var done = await RunAsync("signed-userinfo", PeerClients.SignedAnswers);

        ((string?)done["userInfo"]!["aud"]).ShouldBe(PeerClients.SignedAnswers.Id);
        ((string?)done["userInfo"]!["nickname"]).ShouldBe("Home");
    }

    [Fact]
    public async Task It_gets_introspection_signed()
    {
        var done = await RunAsync("signed-introspection", PeerClients.SignedAnswers);

        ((string?)done["active"]!["sub"]).ShouldBe((string?)done["claims"]!["sub"]);
        done["inactive"]!.ToJsonString().ShouldBe("""{"active":false}""");
        done["types"]!.AsArray().Select(type => (string?)type).Distinct().ShouldBe(["application/token-introspection+jwt"]);
    }

    private async Task<JsonNode> RunAsync(string flow, PeerClient client, JsonObject? given = null)
        => await peer.RunAsync(flow, client, await Citizen.SignUpAsync(deployment), given);
}
