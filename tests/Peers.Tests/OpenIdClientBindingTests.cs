using System.Text.Json.Nodes;
using Moi.Identity.Peers.Tests.Agencies;
using Moi.Identity.Peers.Tests.Servers;

namespace Moi.Identity.Peers.Tests;

/// <summary><c>openid-client</c> with tokens that are bound to a key: DPoP (RFC 9449) and certificates (RFC 8705).</summary>
public sealed class OpenIdClientBindingTests(Deployment deployment, RelyingParty peer) : IClassFixture<RelyingParty>
{
    [Fact]
    public async Task It_proves_possession_of_a_key()
    {
        var done = await peer.RunAsync("dpop", PeerClients.WithDpop, await Citizen.SignUpAsync(deployment));

        ((string?)done["type"]).ShouldBe("dpop");
        ((string?)done["introspection"]!["cnf"]!["jkt"]).ShouldBe((string?)done["thumbprint"]);
        ((string?)done["userInfo"]!["sub"]).ShouldBe((string?)done["claims"]!["sub"]);
        done["stolen"]!.AsArray().Select(answer => (int)answer!["status"]!).ShouldBe([401, 401]);
        ((string?)done["withoutProof"]!["error"]).ShouldBe("invalid_dpop_proof");
    }

    [Theory]
    [InlineData("tls_client_auth")]
    [InlineData("self_signed_tls_client_auth")]
    public async Task It_shows_its_certificate(string method)
    {
        var client = method == "tls_client_auth" ? PeerClients.Certified : PeerClients.SelfCertified;
        var another = PeerAuthority.ToPeer(PeerAuthority.Issue("somebody-else"));

        var done = await peer.RunAsync("mutual-tls", client, await Citizen.SignUpAsync(deployment), new JsonObject { ["another"] = another });

        ((string?)done["introspection"]!["cnf"]!["x5t#S256"]).ShouldBe((string?)done["thumbprint"]);
        ((string?)done["userInfo"]!["sub"]).ShouldBe((string?)done["claims"]!["sub"]);
        ((int)done["stolen"]!["status"]!).ShouldBe(401);
        ((string?)done["stranger"]!["error"]).ShouldBe("invalid_client");
    }
}
