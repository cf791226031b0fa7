using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Moi.Identity.Dpop;

/// <summary>Base64url and JSON as JOSE means them: one reading, or none.</summary>
internal static class StrictText
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>RFC 7515 §2: "with all trailing '=' characters omitted … and without the inclusion of any line breaks, whitespace, or other additional characters".</summary>
    /// <returns>The bytes, or <see langword="null"/> when the text is not the one encoding of them.</returns>
    internal static byte[]? Base64UrlBytes(ReadOnlySpan<char> text)
    {
        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];

        // The decoder forgives padding, white space and stray bits: written back, the text must be the same.
        return Base64Url.IsValid(text)
            && Base64Url.TryDecodeFromChars(text, bytes, out var length)
            && text.SequenceEqual(Base64Url.EncodeToString(bytes.AsSpan(0, length)))
                ? bytes[..length]
                : null;
    }

    /// <summary>RFC 7515 §5.2 step 3: a completely valid JSON object without duplicate members.</summary>
    internal static bool TryReadObject(byte[]? json, [NotNullWhen(true)] out JsonDocument? document)
    {
        document = null;
        try
        {
            document = json is null ? null : JsonDocument.Parse(json, Strict);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a member's name with half of a surrogate pair.
            return false;
        }

        if (document is { RootElement.ValueKind: not JsonValueKind.Object })
        {
            document.Dispose();
            document = null;
        }

        return document is not null;
    }

    /// <summary>A member that is a string, or <see langword="null"/>.</summary>
    internal static string? String(this JsonElement json, string member)
    {
        try
        {
            return json.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            return null;
        }
    }

    /// <summary>A member that is a NumericDate (RFC 7519 §2), or <see langword="null"/>.</summary>
    internal static DateTimeOffset? Time(this JsonElement json, string member) =>
        json.TryGetProperty(member, out var value)
            && value.ValueKind == JsonValueKind.Number
            && value.TryGetDecimal(out var seconds)
            && seconds >= 0
            && seconds < DateTimeOffset.MaxValue.ToUnixTimeSeconds()
                ? DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000))
                : null;
}
