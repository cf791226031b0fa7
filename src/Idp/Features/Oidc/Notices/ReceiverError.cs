using System.Text.Json;
using System.Text.Json.Nodes;
using Moi.Identity.Idp.Features.Oidc.Outbound;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Oidc.Notices;

/// <summary>RFC 8935 §2.4: what a receiver says is wrong with an event. A stranger's words, for the report.</summary>
internal static class ReceiverError
{
    private const int LongestCode = 64;
    private const int LongestDescription = 200;
    private const int MaxDepth = 4;

    /// <returns>Code and description in one line, or nothing if it is not such an error.</returns>
    internal static string? Read(JsonNode? error)
        => error is JsonObject members && Text(members["err"], LongestCode) is { } code
            ? Text(members["description"], LongestDescription) is { } description ? $"{code}: {description}" : code
            : null;

    /// <inheritdoc cref="Read(JsonNode?)"/>
    internal static string? Read(byte[] body)
    {
        try
        {
            return Read(StrictJson.Node(body, MaxDepth));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonNode? node, int longest)
        => node?.GetValueKind() == JsonValueKind.String && node.GetValue<string>() is { Length: > 0 } text
            ? ForeignText.Printable(text, longest)
            : null;
}
