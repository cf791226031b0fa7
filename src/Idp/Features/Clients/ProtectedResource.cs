using System.Text.Json;
using System.Text.Json.Nodes;

namespace Moi.Identity.Idp.Features.Clients;

/// <summary>A scope of a protected resource, in the words of the consent page.</summary>
internal sealed record ResourceScope(string Name, string TextZh, string TextEn);

/// <summary>
/// A protected resource (an API) of an agency: RFC 8707 names it by its identifier, and its access tokens have that as
/// their audience. It is part of the registration of the client that asks about tokens in its name.
/// </summary>
/// <param name="Identifier">An absolute https address without a fragment, compared as a whole string.</param>
/// <param name="Scopes">What can be asked for there. A scope belongs to one resource only.</param>
/// <param name="ExchangeClients">Clients that may exchange a token for one of this resource (RFC 8693).</param>
internal sealed record ProtectedResource(
    string Identifier, IReadOnlyList<ResourceScope> Scopes, IReadOnlyList<string> ExchangeClients)
{
    /// <summary>Reads <c>moi_resource</c>.</summary>
    internal static ProtectedResource Read(JsonObject members, string path, Mistakes mistakes)
    {
        foreach (var (name, _) in members)
        {
            mistakes.Require(
                name is "identifier" or "scopes" or "token_exchange_clients", $"{path}.{name}", "unknown-member", "this member is not known");
        }

        return new ProtectedResource(
            Text(members["identifier"], path + ".identifier", mistakes), ReadScopes(members["scopes"], path + ".scopes", mistakes),
            ReadClients(members["token_exchange_clients"], path + ".token_exchange_clients", mistakes));
    }

    private static List<ResourceScope> ReadScopes(JsonNode? node, string path, Mistakes mistakes)
    {
        if (node is not JsonObject { Count: > 0 and <= 50 } scopes)
        {
            mistakes.Add(path, "type", "must be an object of 1 to 50 scopes");
            return [];
        }

        return
        [
            .. scopes.Select(scope => new ResourceScope(
                scope.Key, Text((scope.Value as JsonObject)?["zh-TW"], $"{path}['{scope.Key}'].zh-TW", mistakes),
                Text((scope.Value as JsonObject)?["en"], $"{path}['{scope.Key}'].en", mistakes))),
        ];
    }

    private static List<string> ReadClients(JsonNode? node, string path, Mistakes mistakes)
    {
        if (node is null)
        {
            return [];
        }

        if (node is JsonArray list && list.All(entry => entry?.GetValueKind() == JsonValueKind.String))
        {
            return [.. list.Select(entry => entry!.GetValue<string>())];
        }

        mistakes.Add(path, "type", "must be an array of client ids");
        return [];
    }

    private static string Text(JsonNode? node, string path, Mistakes mistakes)
    {
        if (node?.GetValueKind() == JsonValueKind.String && node.GetValue<string>() is { Length: > 0 and <= 200 } text
            && !text.Any(char.IsControl))
        {
            return text;
        }

        mistakes.Add(path, "type", "must be a string of 1 to 200 characters without control characters");
        return "";
    }
}
