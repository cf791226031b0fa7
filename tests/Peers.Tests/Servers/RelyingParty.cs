using System.Text.Json;
using System.Text.Json.Nodes;
using Moi.Identity.Peers.Tests.Agencies;

namespace Moi.Identity.Peers.Tests.Servers;

/// <summary>The certified relying party <c>openid-client</c>, which runs one flow after the other.</summary>
public sealed class RelyingParty(Deployment deployment) : IAsyncLifetime
{
    private NodeProgram _node = null!;

    public ValueTask InitializeAsync()
    {
        _node = new NodeProgram("relying-party/main.mjs", deployment.CertificateFile);
        return ValueTask.CompletedTask;
    }

    /// <summary>Runs a file of tests/Peers/relying-party/flows.</summary>
    /// <param name="flow">Its name.</param>
    /// <param name="client">Who it is.</param>
    /// <param name="citizen">Whose browser it sends to the server.</param>
    /// <param name="given">What else it is told.</param>
    /// <returns>What the flow returns; an error that it throws fails the test.</returns>
    internal async Task<JsonNode> RunAsync(string flow, PeerClient client, Citizen? citizen = null, JsonObject? given = null)
    {
        await _node.WriteAsync(new JsonObject
        {
            ["flow"] = flow,
            ["issuer"] = deployment.Issuer,
            ["client"] = client.ToPeer(),
            ["given"] = given,
        });
        while (true)
        {
            var message = await _node.ReadAsync();
            if ((string?)message["visit"] is { } address)
            {
                var (at, form) = await citizen!.VisitAsync(address);
                await _node.WriteAsync(new JsonObject { ["at"] = at.AbsoluteUri, ["form"] = JsonSerializer.SerializeToNode(form) });
                continue;
            }

            message["error"].ShouldBeNull($"{flow}: {message.ToJsonString()}");
            return message["result"]!;
        }
    }

    public ValueTask DisposeAsync() => _node.DisposeAsync();
}
