using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Moi.Identity.Fido2.Data;

namespace Moi.Identity.Fido2;

/// <summary>Writes bytes as WebAuthn's <c>Base64URLString</c> (§5.1): no padding, and read strictly.</summary>
public sealed class Base64UrlJsonConverter : JsonConverter<ReadOnlyMemory<byte>>
{
    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        // A number, true, false and null are spelled in the alphabet too. An escape is not: it is refused with all else that is not.
        if (reader.TokenType != JsonTokenType.String
            || !StrictBase64Url.TryDecode(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan, out var bytes))
        {
            throw new JsonException("Not a Base64URLString.");
        }

        return bytes;
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ReadOnlyMemory<byte> value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(Base64Url.EncodeToString(value.Span));
    }
}
