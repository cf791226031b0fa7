using System.Text.Json;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Data;

/// <summary>The client extension outputs that a step reads; WebAuthn Level 3 §9.4.</summary>
/// <remarks>SECURITY: results of <c>prf</c> and blobs are never kept, so that nothing can store or log them.</remarks>
internal sealed class ExtensionOutputs
{
    /// <summary><c>credProps.rk</c></summary>
    internal bool? IsDiscoverable { get; private set; }

    /// <summary><c>appid</c></summary>
    internal bool AppId { get; private set; }

    /// <summary><c>largeBlob.supported</c></summary>
    internal bool? IsLargeBlobSupported { get; private set; }

    /// <summary><c>prf.enabled</c></summary>
    internal bool? IsPrfEnabled { get; private set; }

    /// <summary>Whether <c>remoteClientDataJSON</c> is there, whatever it says.</summary>
    internal bool HasRemoteClientData { get; private set; }

    /// <summary>Reads the value of <c>clientExtensionResults</c>, or refuses what is no object.</summary>
    internal static ExtensionOutputs Read(ref Utf8JsonReader json)
    {
        var outputs = new ExtensionOutputs();
        var (appId, credProps, largeBlob, prf) = (false, false, false, false);
        json.Read();
        Require(json.TokenType == JsonTokenType.StartObject, WebAuthnError.RequestMalformed, "clientExtensionResults");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("appid"u8))
            {
                Once(ref appId);
                outputs.AppId = ReadBoolean(ref json) == true;
            }
            else if (json.ValueTextEquals("credProps"u8))
            {
                Once(ref credProps);
                outputs.IsDiscoverable = ReadMember(ref json, "rk"u8);
            }
            else if (json.ValueTextEquals("largeBlob"u8))
            {
                Once(ref largeBlob);
                outputs.IsLargeBlobSupported = ReadMember(ref json, "supported"u8);
            }
            else if (json.ValueTextEquals("prf"u8))
            {
                Once(ref prf);
                outputs.IsPrfEnabled = ReadMember(ref json, "enabled"u8);
            }
            else
            {
                outputs.HasRemoteClientData |= json.ValueTextEquals("remoteClientDataJSON"u8);
                json.Read();
                json.Skip();
            }
        }

        return outputs;
    }

    /// <summary>A boolean member of an object; null for anything else, which is as good as no output.</summary>
    private static bool? ReadMember(ref Utf8JsonReader json, ReadOnlySpan<byte> name)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return null;
        }

        bool? value = null;
        var isRead = false;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals(name))
            {
                Once(ref isRead);
                value = ReadBoolean(ref json);
            }
            else
            {
                json.Read();
                json.Skip();
            }
        }

        return value;
    }

    /// <summary>Parsers differ in which of two they take.</summary>
    private static void Once(ref bool isRead)
    {
        Require(!isRead, WebAuthnError.RequestMalformed, "An extension output is there twice.");
        isRead = true;
    }

    private static bool? ReadBoolean(ref Utf8JsonReader json)
    {
        json.Read();
        bool? value = json.TokenType switch { JsonTokenType.True => true, JsonTokenType.False => false, _ => null };
        json.Skip();
        return value;
    }
}
