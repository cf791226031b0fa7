using System.Text.Json;
using System.Text.Json.Nodes;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Clients;

/// <summary>Reads <c>moi_resource</c>: every member known and of the right type.</summary>
internal sealed class ProtectedResourceReader(Mistakes mistakes)
{
    private const int MostScopes = 50;
    private const int MostTypes = 20;
    private const int MostFields = 20;
    private const int MostChoices = 50;

    internal static ProtectedResource Read(JsonObject members, string path, Mistakes mistakes)
        => new ProtectedResourceReader(mistakes).Read(members, path);

    private ProtectedResource Read(JsonObject members, string path)
    {
        AllowOnly(members, path, "identifier", "scopes", "authorization_details_types", "token_exchange_clients");
        return new ProtectedResource(
            Text(members["identifier"], path + ".identifier"),
            [.. Entries(members["scopes"], path + ".scopes", 1, MostScopes, "scopes").Select(entry => ReadScope(entry.Name, entry.Node, entry.Path))],
            [.. Entries(members["authorization_details_types"] ?? new JsonObject(), path + ".authorization_details_types", 0, MostTypes, "types")
                .Select(entry => ReadType(entry.Name, entry.Node, entry.Path))],
            ReadClients(members["token_exchange_clients"], path + ".token_exchange_clients"));
    }

    private ResourceScope ReadScope(string name, JsonNode? node, string path)
    {
        var (zh, en) = Texts(node as JsonObject, path);
        return new ResourceScope(name, zh, en);
    }

    private AuthorizationDetailType ReadType(string name, JsonNode? node, string path)
    {
        var members = node as JsonObject ?? [];
        AllowOnly(members, path, "zh-TW", "en", "fields");
        var (zh, en) = Texts(members, path);
        return new AuthorizationDetailType(
            name, zh, en,
            [.. Entries(members["fields"], path + ".fields", 1, MostFields, "fields").Select(entry => ReadField(entry.Name, entry.Node, entry.Path))]);
    }

    private AuthorizationDetailField ReadField(string name, JsonNode? node, string path)
    {
        var members = node as JsonObject ?? [];
        AllowOnly(members, path, "zh-TW", "en", "kind", "required", "choices");
        var (zh, en) = Texts(members, path);
        var required = members["required"];
        mistakes.Require(
            required is null || required.GetValueKind() is JsonValueKind.True or JsonValueKind.False, path + ".required", "type",
            "must be true or false");
        return new AuthorizationDetailField(
            name, Text(members["kind"], path + ".kind"), zh, en, required?.GetValueKind() == JsonValueKind.True,
            [.. Entries(members["choices"] ?? new JsonObject(), path + ".choices", 0, MostChoices, "choices").Select(entry =>
            {
                var (choiceZh, choiceEn) = Texts(entry.Node as JsonObject, entry.Path);
                return new DetailChoice(entry.Name, choiceZh, choiceEn);
            })]);
    }

    private List<(string Name, JsonNode? Node, string Path)> Entries(JsonNode? node, string path, int fewest, int most, string what)
    {
        if (node is JsonObject entries && entries.Count >= fewest && entries.Count <= most)
        {
            return [.. entries.Select(entry => (entry.Key, entry.Value, $"{path}['{entry.Key}']"))];
        }

        mistakes.Add(path, "type", $"must be an object of {fewest} to {most} {what}");
        return [];
    }

    private List<string> ReadClients(JsonNode? node, string path)
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

    private void AllowOnly(JsonObject members, string path, params ReadOnlySpan<string> known)
    {
        foreach (var (name, _) in members)
        {
            mistakes.Require(known.Contains(name), $"{path}.{name}", "unknown-member", "this member is not known");
        }
    }

    private (string Zh, string En) Texts(JsonObject? members, string path)
        => (Text(members?["zh-TW"], path + ".zh-TW"), Text(members?["en"], path + ".en"));

    private string Text(JsonNode? node, string path)
    {
        if (node?.GetValueKind() == JsonValueKind.String && node.GetValue<string>() is { Length: > 0 and <= 200 } text
            && ReadableText.IsReadable(text))
        {
            return text;
        }

        mistakes.Add(path, "type", "must be a string of 1 to 200 characters, none of them a control, format or unassigned character");
        return "";
    }
}
