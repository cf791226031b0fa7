using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace Moi.Identity.Idp.Web;

/// <summary>
/// Somebody else's JSON (RFC 8259, RFC 7493): UTF-8 without comments, no member twice, and whole characters only.
/// </summary>
/// <remarks>
/// JSON can escape half of a surrogate pair (<c>"\ud800"</c>), which is no text. The base library notices when the name or
/// the text is read, and with an exception that says nothing of JSON. Here it is refused with everything else.
/// </remarks>
internal static class StrictJson
{
    /// <summary>Reads what may be changed.</summary>
    /// <exception cref="JsonException">It is not such JSON.</exception>
    internal static JsonNode? Node(string text, int maxDepth) => Node(Encoding.UTF8.GetBytes(text), maxDepth);

    /// <inheritdoc cref="Node(string, int)"/>
    internal static JsonNode? Node(ReadOnlySpan<byte> text, int maxDepth)
    {
        Check(text, maxDepth);
        return JsonNode.Parse(text, null, Options(maxDepth));
    }

    /// <summary>Reads what is looked at once.</summary>
    /// <exception cref="JsonException">It is not such JSON.</exception>
    internal static JsonDocument Document(byte[] text, int maxDepth)
    {
        Check(text, maxDepth);
        return JsonDocument.Parse(text, Options(maxDepth));
    }

    private static JsonDocumentOptions Options(int maxDepth) => new() { AllowDuplicateProperties = false, MaxDepth = maxDepth };

    private static void Check(ReadOnlySpan<byte> text, int maxDepth)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = maxDepth });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String && !IsText(reader))
            {
                throw new JsonException("A name or a text is not made of whole characters.");
            }
        }
    }

    private static bool IsText(in Utf8JsonReader reader)
    {
        if (!Utf8.IsValid(reader.ValueSpan))
        {
            return false;
        }

        try
        {
            return !reader.ValueIsEscaped || reader.GetString() is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
