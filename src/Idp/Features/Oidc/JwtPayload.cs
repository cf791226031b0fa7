using System.Text.Json;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Oidc;

/// <summary>The claims of a JWT that a client signed, read from the very bytes that were signed and more strictly than libraries do.</summary>
internal sealed class JwtPayload
{
    private const int MaxDepth = 64;

    private JwtPayload(JsonElement claims) => Claims = claims;

    internal JsonElement Claims { get; }

    /// <summary>One JSON object, no member twice; otherwise nothing.</summary>
    internal static JwtPayload? Read(byte[] text)
    {
        try
        {
            using var document = StrictJson.Document(text, MaxDepth);
            return document.RootElement.ValueKind == JsonValueKind.Object ? new JwtPayload(document.RootElement.Clone()) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    internal bool Has(string name) => Claims.TryGetProperty(name, out _);

    internal string? Text(string name)
        => Claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>RFC 7519 §4.1.3: whether the claim is this text, or an array of texts with it.</summary>
    internal bool Includes(string name, string text)
        => Claims.TryGetProperty(name, out var value) && (value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray().All(entry => entry.ValueKind == JsonValueKind.String)
                && value.EnumerateArray().Any(entry => entry.GetString() == text)
            : Text(name) == text);

    /// <summary>A NumericDate of RFC 7519 §2.</summary>
    internal DateTimeOffset? Time(string name)
        => Claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
            && value.TryGetDouble(out var seconds) && seconds is > 0 and < 253_402_300_000
                ? DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000))
                : null;

    /// <summary>Whether the claim is there and does not name a moment that has come, apart from a little difference between clocks.</summary>
    internal bool IsAhead(string name, DateTimeOffset now) => Has(name) && !(Time(name) <= now + Lifetimes.ClockSkew);
}
