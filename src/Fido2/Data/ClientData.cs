using System.Text.Json;
using System.Text.Unicode;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Data;

/// <summary>The client data; WebAuthn Level 3 §5.8.1.</summary>
/// <remarks>
/// Unknown members are ignored, as §5.8.1 wants. <c>tokenBinding</c> is reserved there and is ignored too, except in
/// conformance mode, where its shape is checked as Level 1 §5.8.1 described it.
/// The texts are UTF-8 without their escapes, and point into the JSON wherever they have none.
/// </remarks>
internal readonly ref struct ClientData
{
    internal const int LongestJson = 8 * 1024;
    private const int DeepestNesting = 32;

    internal required ReadOnlySpan<byte> Type { get; init; }

    internal required ReadOnlySpan<byte> Challenge { get; init; }

    internal required ReadOnlySpan<byte> Origin { get; init; }

    internal required bool CrossOrigin { get; init; }

    internal required bool HasTopOrigin { get; init; }

    internal required ReadOnlySpan<byte> TopOrigin { get; init; }

    /// <summary>Parses the bytes, or refuses.</summary>
    internal static ClientData Parse(ReadOnlySpan<byte> json, EngineMode mode)
    {
        Require(json.Length <= LongestJson, WebAuthnError.RequestTooLarge, "The client data is too long.");

        // "any leading byte order mark (BOM) must be stripped" (§7.1 step 5)
        if (json.StartsWith("\uFEFF"u8))
        {
            json = json[3..];
        }

        Require(!json.IsEmpty, WebAuthnError.ClientDataEmpty);
        Require(Utf8.IsValid(json), WebAuthnError.ClientDataUtf8);
        try
        {
            return Read(json, mode);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: an escaped half of a surrogate pair, which is no character; crossOrigin that is no boolean.
            throw new WebAuthnException(WebAuthnError.ClientDataJson, "The client data is not JSON.");
        }
    }

    private static ClientData Read(ReadOnlySpan<byte> json, EngineMode mode)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = DeepestNesting });
        Text type = default, challenge = default, origin = default, topOrigin = default;
        bool? crossOrigin = null;
        reader.Read();
        Require(reader.TokenType == JsonTokenType.StartObject, WebAuthnError.ClientDataJson, "The client data is not an object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                type.Read(ref reader);
            }
            else if (reader.ValueTextEquals("challenge"u8))
            {
                challenge.Read(ref reader);
            }
            else if (reader.ValueTextEquals("origin"u8))
            {
                origin.Read(ref reader);
            }
            else if (reader.ValueTextEquals("topOrigin"u8))
            {
                topOrigin.Read(ref reader);
            }
            else if (reader.ValueTextEquals("crossOrigin"u8))
            {
                Require(crossOrigin is null, WebAuthnError.ClientDataDuplicate);
                reader.Read();
                crossOrigin = reader.GetBoolean();
            }
            else if (mode == EngineMode.Conformance && reader.ValueTextEquals("tokenBinding"u8))
            {
                ReadTokenBinding(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        // One more read refuses whatever follows the object: it throws.
        reader.Read();
        Require(type.IsRead && challenge.IsRead && origin.IsRead, WebAuthnError.ClientDataJson, "The client data lacks a required member.");
        return new ClientData
        {
            Type = type.Value,
            Challenge = challenge.Value,
            Origin = origin.Value,
            CrossOrigin = crossOrigin ?? false,
            HasTopOrigin = topOrigin.IsRead,
            TopOrigin = topOrigin.Value,
        };
    }

    /// <summary>Level 1 §5.8.1: a dictionary whose <c>status</c> is required.</summary>
    private static void ReadTokenBinding(ref Utf8JsonReader reader)
    {
        reader.Read();
        Require(reader.TokenType == JsonTokenType.StartObject, WebAuthnError.ClientDataTokenBinding, "Not an object.");
        var hasStatus = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isStatus = reader.ValueTextEquals("status"u8);
            reader.Read();
            if (isStatus)
            {
                Require(
                    reader.TokenType == JsonTokenType.String
                        && (reader.ValueTextEquals("present"u8) || reader.ValueTextEquals("supported"u8) || reader.ValueTextEquals("not-supported"u8)),
                    WebAuthnError.ClientDataTokenBinding,
                    "An unknown status.");
                hasStatus = true;
            }

            reader.Skip();
        }

        Require(hasStatus, WebAuthnError.ClientDataTokenBinding, "No status.");
    }

    private ref struct Text
    {
        internal bool IsRead { get; private set; }

        internal ReadOnlySpan<byte> Value { get; private set; }

        /// <summary>SECURITY: of two members of one name, parsers take the first or the last; a relying party must not guess.</summary>
        internal void Read(ref Utf8JsonReader reader)
        {
            Require(!IsRead, WebAuthnError.ClientDataDuplicate);
            reader.Read();
            Require(reader.TokenType == JsonTokenType.String, WebAuthnError.ClientDataJson, "A member of the client data is not a string.");
            IsRead = true;
            Value = reader.ValueIsEscaped ? Unescape(in reader) : reader.ValueSpan;
        }

        private static byte[] Unescape(ref readonly Utf8JsonReader reader)
        {
            var buffer = new byte[reader.ValueSpan.Length];
            return buffer[..reader.CopyString(buffer)];
        }
    }
}
