using System.Buffers.Text;
using System.Text.Json.Nodes;
using Moi.Identity.Peers.Tests.Agencies;
using Moi.Identity.Peers.Tests.Servers;
using Moi.Identity.Testing;

namespace Moi.Identity.Peers.Tests;

/// <summary>Two servers that share a database and Redis are one service: nothing has to come back to where it began.</summary>
public sealed class TwoServersTests(Deployment deployment)
{
    /// <summary>How soon a change at one server is to be seen at the other: "within seconds", also on a busy machine.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly Agency _agency = new(deployment, PeerClients.Busy);

    [Fact]
    public async Task A_sign_in_that_began_at_one_server_is_finished_at_the_other()
    {
        var citizen = (await Citizen.SignUpAsync(deployment)).InNewBrowser();

        var code = await _agency.EnterAsync(citizen);
        var tokens = await _agency.RedeemAsync(code);

        ((string?)tokens["id_token"]).ShouldNotBeNull();
        citizen.Trail.Select(step => step.Node).Distinct().Order(StringComparer.Ordinal)
            .ShouldBe(deployment.Nodes.Select(Deployment.NameOf).Order(StringComparer.Ordinal));
        var asked = citizen.Trail.Single(step => step is { Method: "GET", Path: "/sign-in" });
        var answered = citizen.Trail.Single(step => step is { Method: "POST", Path: "/sign-in" });
        answered.Node.ShouldNotBe(asked.Node);
    }

    [Fact]
    public async Task A_key_that_is_rotated_is_soon_seen_and_used_by_both_and_what_the_old_one_signed_stays_good()
    {
        var citizen = await Citizen.SignUpAsync(deployment);
        var before = await _agency.RedeemAsync(await _agency.EnterAsync(citizen));
        var old = KeyOf(before);
        await Eventually.TrueAsync(
            async () => (await Task.WhenAll(deployment.Nodes.Select(KeysAsync)))
                .All(keys => keys.Select(key => key.Alg).Distinct().Order(StringComparer.Ordinal).SequenceEqual(["ES256", "PS256", "RS256"])),
            "both servers publish a key of each algorithm");

        await deployment.RunAsync("keys", "rotate", "--now", "--alg", "ES256");

        await Eventually.TrueAsync(
            async () =>
            {
                var published = await Task.WhenAll(deployment.Nodes.Select(KeysAsync));
                return published[0].SequenceEqual(published[1])
                    && published[0].Count(key => key.Alg == "ES256") > 1 && published[0].Any(key => key.Kid == old);
            },
            "both servers publish the new key beside the old one", Soon);

        // Twice two, so that either server has signed.
        var signed = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            signed.Add(KeyOf(await _agency.RedeemAsync(await _agency.EnterAsync(citizen))));
        }

        signed.Distinct().Count().ShouldBe(1);
        signed[0].ShouldNotBe(old);
        foreach (var _ in deployment.Nodes)
        {
            var known = await Agency.ReadAsync(await _agency.PostAsync(
                "/connect/introspect", _agency.Form(new() { ["token"] = (string)before["access_token"]! })));
            ((bool)known["active"]!).ShouldBeTrue();
        }
    }

    private static string KeyOf(JsonObject tokens)
        => (string)JsonNode.Parse(Base64Url.DecodeFromChars(((string)tokens["id_token"]!).Split('.')[0]))!["kid"]!;

    private static async Task<List<(string Kid, string Alg)>> KeysAsync(IdpProcess node)
    {
        using var http = node.Client();
        var set = JsonNode.Parse(await http.GetStringAsync(new Uri("/connect/jwks", UriKind.Relative)))!;
        return [.. set["keys"]!.AsArray().Select(key => ((string)key!["kid"]!, (string)key["alg"]!))];
    }
}
