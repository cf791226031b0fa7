using System.Text.Json;
using System.Text.Json.Nodes;

namespace Moi.Identity.Idp.Features.Clients;

/// <summary><c>moi_security_events</c>: which security events a client wants, and how it gets them.</summary>
/// <param name="Delivery"><c>push</c> (RFC 8935) or <c>poll</c> (RFC 8936).</param>
/// <param name="EndpointUrl">Where events are pushed to.</param>
/// <param name="Events">Types, as <see cref="SecurityEventTypes"/> has them.</param>
internal sealed record SecurityEventSubscription(string Delivery, string? EndpointUrl, IReadOnlyList<string> Events)
{
    internal const string Member = "moi_security_events";
    internal const string Push = "push";
    internal const string Poll = "poll";

    /// <summary>Methods by which a program can prove who it is beside a body that is JSON: in the header, or by the connection.</summary>
    private static readonly string[] MethodsForPoll =
        ["private_key_jwt", "client_secret_basic", "tls_client_auth", "self_signed_tls_client_auth"];

    internal bool Wants(string name) => Events.Contains(SecurityEventTypes.Of(name));

    /// <summary>Reads the member, if it is there.</summary>
    internal static SecurityEventSubscription? Read(JsonObject client, string path, Mistakes mistakes)
    {
        if (!client.TryGetPropertyValue(Member, out var node))
        {
            return null;
        }

        var at = path + "." + Member;
        if (node is not JsonObject members)
        {
            mistakes.Add(at, "type", "must be an object");
            return null;
        }

        foreach (var (name, _) in members.Where(m => m.Key is not ("delivery" or "endpoint_url" or "events")))
        {
            mistakes.Add($"{at}.{name}", "unknown-member", "this member is not known");
        }

        var events = new List<string>();
        if (members["events"] is JsonArray list)
        {
            events.AddRange(list.Select(item => Text(item) ?? ""));
        }
        else
        {
            mistakes.Add(at + ".events", "type", "must be an array of event types");
        }

        return new SecurityEventSubscription(Text(members["delivery"]) ?? "", Text(members["endpoint_url"]), events);
    }

    /// <summary>Whether it makes sense.</summary>
    internal void Check(ClientMetadata client, AddressRules addresses, string path, Mistakes mistakes)
    {
        var at = path + "." + Member;
        mistakes.Require(Delivery is Push or Poll, at + ".delivery", "value", "must be push or poll");
        mistakes.Require(
            Delivery != Push || EndpointUrl is not null, at + ".endpoint_url", "missing", "push needs the address that events are posted to");
        mistakes.Require(
            Delivery != Poll || EndpointUrl is null, at + ".endpoint_url", "value", "is for push only; poll has an address of this server");
        mistakes.Require(
            Delivery != Poll || MethodsForPoll.Contains(client.TokenEndpointAuthMethod), at + ".delivery", "auth-method",
            $"poll needs a client that authenticates by {string.Join(" or ", MethodsForPoll)}");
        mistakes.Require(Events.Count > 0, at + ".events", "missing", "at least one event type is needed");
        for (var i = 0; i < Events.Count; i++)
        {
            mistakes.Require(
                SecurityEventTypes.All.Contains(Events[i]), $"{at}.events[{i}]", "value",
                "must be one of " + string.Join(", ", SecurityEventTypes.All));
            mistakes.Require(!Events.Take(i).Contains(Events[i]), $"{at}.events[{i}]", "duplicate", "this type is listed twice");
        }

        addresses.CheckCalled(EndpointUrl, at + ".endpoint_url");
    }

    private static string? Text(JsonNode? node)
        => node?.GetValueKind() == JsonValueKind.String && node.GetValue<string>() is { Length: > 0 and <= 2000 } text ? text : null;
}
