using System.Text.Json.Nodes;
using Moi.Identity.Peers.Tests.Agencies;
using Moi.Identity.Peers.Tests.Servers;

namespace Moi.Identity.Peers.Tests;

/// <summary><c>openid-client</c> with grants in which no browser comes back with a code.</summary>
public sealed class OpenIdClientGrantTests(Deployment deployment, RelyingParty peer) : IClassFixture<RelyingParty>
{
    private static JsonObject AtTheApi => new() { ["resource"] = "https://peer-api.example/api", ["scope"] = "peer-api.read" };

    [Fact]
    public async Task It_gets_a_token_of_its_own()
    {
        var done = await peer.RunAsync("client-credentials", PeerClients.Gateway, given: AtTheApi);

        ((string?)done["access"]!["sub"]).ShouldBe(PeerClients.Gateway.Id);
        ((string?)done["access"]!["aud"]).ShouldBe("https://peer-api.example/api");
        ((string?)done["access"]!["scope"]).ShouldBe("peer-api.read");
        ((bool)done["refreshable"]!).ShouldBeFalse();
        ((string?)done["citizens"]!["error"]).ShouldBe("invalid_scope");
    }

    [Fact]
    public async Task A_device_gets_its_tokens_once_a_citizen_said_yes()
    {
        var done = await peer.RunAsync("device", PeerClients.Device, await Citizen.SignUpAsync(deployment));

        ((string?)done["pending"]!["error"]).ShouldBe("authorization_pending");
        ((string?)done["claims"]!["aud"]).ShouldBe(PeerClients.Device.Id);
        ((string?)done["userInfo"]!["nickname"]).ShouldBe("Home");
        ((string?)done["device"]!["verification_uri"]).ShouldBe(deployment.Issuer + "device");
        ((string?)done["again"]!["error"]).ShouldBe("invalid_grant");
    }

    [Fact]
    public async Task A_service_passes_a_citizens_token_on()
    {
        var done = await peer.RunAsync("token-exchange", PeerClients.Gateway, await Citizen.SignUpAsync(deployment), AtTheApi);

        ((string?)done["issued"]).ShouldBe("urn:ietf:params:oauth:token-type:access_token");
        ((string?)done["access"]!["aud"]).ShouldBe("https://peer-api.example/api");
        ((string?)done["access"]!["act"]!["sub"]).ShouldBe(PeerClients.Gateway.Id);
        ((string?)done["elsewhere"]!["error"]).ShouldBe("invalid_target");
    }
}
