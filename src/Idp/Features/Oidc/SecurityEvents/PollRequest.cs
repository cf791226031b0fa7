using System.Text.Json;
using System.Text.Json.Nodes;
using Moi.Identity.Idp.Features.Oidc.Notices;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Oidc.SecurityEvents;

/// <summary>RFC 8936 §2.2 and §2.4: what a client asks for, and what it says of events it got before.</summary>
/// <param name="MaxEvents">How many it will take.</param>
/// <param name="Acknowledged">Events it has; others that it names are not its own, and ignored.</param>
/// <param name="Refused">Events it cannot use, and why.</param>
internal sealed record PollRequest(int MaxEvents, IReadOnlyList<Guid> Acknowledged, IReadOnlyList<(Guid Id, string Failure)> Refused)
{
    /// <summary>So many are handed out at most, and named at most.</summary>
    internal const int Most = 100;

    private const int MaxDepth = 8;

    /// <summary>Reads the body. <c>returnImmediately</c> is only looked at: every answer is immediate.</summary>
    /// <exception cref="JsonException">It is not what the RFC says; the message is for the sender.</exception>
    internal static PollRequest Read(ReadOnlySpan<byte> body)
    {
        JsonNode? root;
        try
        {
            root = StrictJson.Node(body, MaxDepth);
        }
        catch (JsonException e)
        {
            throw new JsonException("The body must be valid JSON.", e);
        }

        if (root is not JsonObject members)
        {
            throw new JsonException("The body must be a JSON object.");
        }

        if (members.TryGetPropertyValue("returnImmediately", out var immediately)
            && immediately?.GetValueKind() is not (JsonValueKind.True or JsonValueKind.False))
        {
            throw new JsonException("returnImmediately must be true or false.");
        }

        return new PollRequest(MaxEventsOf(members), AcknowledgedOf(members), RefusedOf(members));
    }

    private static int MaxEventsOf(JsonObject members)
    {
        if (!members.TryGetPropertyValue("maxEvents", out var node))
        {
            return Most;
        }

        return node is JsonValue value && value.TryGetValue(out int number) && number >= 0
            ? Math.Min(number, Most)
            : throw new JsonException("maxEvents must be a whole number from 0 on.");
    }

    private static List<Guid> AcknowledgedOf(JsonObject members)
    {
        if (!members.TryGetPropertyValue("ack", out var node))
        {
            return [];
        }

        if (node is not JsonArray { Count: <= Most } list || list.Any(item => item?.GetValueKind() != JsonValueKind.String))
        {
            throw new JsonException($"ack must be an array of at most {Most} strings.");
        }

        return [.. list.Select(item => Id(item!.GetValue<string>())).OfType<Guid>()];
    }

    private static List<(Guid Id, string Failure)> RefusedOf(JsonObject members)
    {
        if (!members.TryGetPropertyValue("setErrs", out var node))
        {
            return [];
        }

        if (node is not JsonObject { Count: <= Most } errors)
        {
            throw new JsonException($"setErrs must be an object with at most {Most} members.");
        }

        var refused = new List<(Guid, string)>();
        foreach (var (name, error) in errors)
        {
            if (error is not JsonObject || ReceiverError.Read(error) is not { } failure)
            {
                throw new JsonException("Each member of setErrs must be an object with err and, perhaps, description.");
            }

            if (Id(name) is { } id)
            {
                refused.Add((id, failure));
            }
        }

        return refused;
    }

    private static Guid? Id(string text) => Guid.TryParseExact(text, "N", out var id) ? id : null;
}
