using System.Text.Json;
using System.Text.Json.Nodes;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Oidc.Requests;

/// <summary>Reads <c>authorization_details</c> (RFC 9396 §2 and §5). What its type does not describe is refused.</summary>
internal static class AuthorizationDetails
{
    internal const string Parameter = "authorization_details";

    private const int LongestText = 8 * 1024;
    private const int MostDetails = 10;
    private const int MaxDepth = 8;

    /// <summary>Of a request that was accepted. A type that has been removed since is no longer part of it.</summary>
    internal static IReadOnlyList<AuthorizationDetail> Of(string? text, Client client, ClientCatalog clients)
        => Read(text, client, clients).Details ?? [];

    /// <summary>Reads the parameter.</summary>
    /// <returns>The details, none without the parameter; or what is wrong.</returns>
    internal static (IReadOnlyList<AuthorizationDetail>? Details, Refusal? Mistake) Read(string? text, Client client, ClientCatalog clients)
    {
        if (text is null)
        {
            return ([], null);
        }

        if (text.Length > LongestText || Parse(text) is not { Count: > 0 and <= MostDetails } elements)
        {
            return (null, TargetRefusals.DetailsUnreadable.With(MostDetails, LongestText));
        }

        var details = new List<AuthorizationDetail>();
        foreach (var element in elements)
        {
            if (element is not JsonObject members || Text(members["type"]) is not { } name)
            {
                return (null, TargetRefusals.DetailsUnreadable.With(MostDetails, LongestText));
            }

            // The same words whether the type does not exist or is not for this client.
            if (!client.Metadata.AuthorizationDetailsTypes.Contains(name) || clients.FindDetailType(name) is not { } found)
            {
                return (null, TargetRefusals.DetailsType);
            }

            if (Mistake(members, found.Type, found.Resource) is { } mistake)
            {
                return (null, TargetRefusals.DetailsContent.With(name, mistake));
            }

            details.Add(new AuthorizationDetail(found.Resource, found.Type, members));
        }

        return (details, null);
    }

    /// <summary>As JSON text, an array also for one.</summary>
    internal static string Write(IEnumerable<JsonNode> details) => new JsonArray([.. details.Select(detail => detail.DeepClone())]).ToJsonString();

    /// <summary>A JSON array; nothing if it is none.</summary>
    internal static JsonArray? Parse(string text)
    {
        try
        {
            return StrictJson.Node(text, MaxDepth) as JsonArray;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Mistake(JsonObject members, AuthorizationDetailType type, ProtectedResource resource)
    {
        foreach (var (name, value) in members)
        {
            if (name == "type")
            {
                continue;
            }

            // RFC 9396 §2.2: where the resource is. It may be said, and then it is right.
            if (name == "locations")
            {
                if (value is not JsonArray { Count: 1 } locations || Text(locations[0]) != resource.Identifier)
                {
                    return "locations can only be the resource that the type belongs to.";
                }

                continue;
            }

            if (type.Fields.FirstOrDefault(f => f.Name == name) is not { } field)
            {
                return "there is a member that the type does not have.";
            }

            if (!DetailFields.IsValid(field, value))
            {
                return $"{field.Name} is not a valid {field.Kind}.";
            }
        }

        return type.Fields.FirstOrDefault(f => f.IsRequired && !members.ContainsKey(f.Name)) is { } missing
            ? $"{missing.Name} is missing."
            : null;
    }

    private static string? Text(JsonNode? node) => node?.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : null;
}
