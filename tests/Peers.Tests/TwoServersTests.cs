using System.Text.Json.Nodes;
using Moi.Identity.Peers.Tests.Agencies;
using Moi.Identity.Peers.Tests.Servers;
using Moi.Identity.Testing;

namespace Moi.Identity.Peers.Tests;

/// <summary>Two servers that share a database and Redis are one service: nothing has to come back to where it began.</summary>
public sealed class TwoServersTests(Deployment deployment)
{
    [Fact]
    public async Task A_sign_in_that_began_at_one_server_is_finished_at_the_other()
    {
        var agency = new Agency(deployment, PeerClients.Busy);
        var citizen = (await Citizen.SignUpAsync(deployment)).InNewBrowser();

        var code = await agency.EnterAsync(citizen);
        var tokens = await agency.RedeemAsync(code);

        ((string?)tokens["id_token"]).ShouldNotBeNull();
        citizen.Trail.Select(step => step.Node).Distinct().Order(StringComparer.Ordinal)
            .ShouldBe(deployment.Nodes.Select(Deployment.NameOf).Order(StringComparer.Ordinal));
        var asked = citizen.Trail.Single(step => step is { Method: "GET", Path: "/sign-in" });
        var answered = citizen.Trail.Single(step => step is { Method: "POST", Path: "/sign-in" });
        answered.Node.ShouldNotBe(asked.Node);
    }

    [Fact]
    public async Task Both_servers_publish_the_same_keys()
    {
        var first = await KeysAsync(deployment.Nodes[0]);

        first.Select(key => key.Alg).Distinct().ShouldBe(["ES256", "PS256", "RS256"], ignoreOrder: true);
        await Eventually.TrueAsync(
            async () => (await KeysAsync(deployment.Nodes[1])).SequenceEqual(await KeysAsync(deployment.Nodes[0])), "both have the same keys");
    }

    private static async Task<List<(string Kid, string Alg)>> KeysAsync(IdpProcess node)
    {
        using var http = node.Client();
        var set = JsonNode.Parse(await http.GetStringAsync(new Uri("/connect/jwks", UriKind.Relative)))!;
        return [.. set["keys"]!.AsArray().Select(key => ((string)key!["kid"]!, (string)key["alg"]!))];
    }
}
