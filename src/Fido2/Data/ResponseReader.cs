using System.Text.Json;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Data;

/// <summary>Reads the JSON of a credential, as <c>PublicKeyCredential.toJSON()</c> writes it (§5.1).</summary>
/// <remarks>
/// Unknown members are ignored, and so are the conveniences <c>authenticatorData</c>, <c>publicKey</c> and
/// <c>publicKeyAlgorithm</c> of a registration: the attestation object says the same and is what was signed.
/// A member that decides something must be there once.
/// </remarks>
internal ref struct ResponseReader
{
    internal const int LongestJson = 64 * 1024;
    private const int DeepestNesting = 32;
    private const int MostTransports = 8;

    /// <summary>With the most of them and the commas between them, less than 200 characters, for a column to hold.</summary>
    private const int LongestTransport = 24;

    private readonly bool _isAttestation;
    private Utf8JsonReader _json;
    private byte[]? _id;
    private byte[]? _rawId;
    private string? _type;
    private string? _attachment;
    private byte[]? _clientDataJson;
    private byte[]? _attestationObject;
    private byte[]? _authenticatorData;
    private byte[]? _signature;
    private byte[]? _userHandle;
    private string[]? _transports;
    private bool _hasResponse;
    private ExtensionOutputs? _extensions;

    private ResponseReader(ReadOnlySpan<byte> json, bool isAttestation)
    {
        _isAttestation = isAttestation;
        _json = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = DeepestNesting });
    }

    internal static AttestationResponse ReadAttestation(ReadOnlySpan<byte> json)
    {
        var reader = Read(json, isAttestation: true);
        Require(reader._clientDataJson is not null && reader._attestationObject is not null, WebAuthnError.RequestMalformed, "Not an attestation response.");
        return new AttestationResponse
        {
            Id = reader._rawId!,
            ClientDataJson = reader._clientDataJson,
            AttestationObject = reader._attestationObject,
            Transports = reader._transports ?? [],
            Attachment = reader._attachment,
            Extensions = reader._extensions ?? new ExtensionOutputs(),
        };
    }

    internal static AssertionResponse ReadAssertion(ReadOnlySpan<byte> json)
    {
        var reader = Read(json, isAttestation: false);
        Require(
            reader._clientDataJson is not null && reader._authenticatorData is not null && reader._signature is not null,
            WebAuthnError.RequestMalformed,
            "Not an assertion response.");
        return new AssertionResponse
        {
            Id = reader._rawId!,
            ClientDataJson = reader._clientDataJson,
            AuthenticatorData = reader._authenticatorData,
            Signature = reader._signature,
            UserHandle = reader._userHandle,
            Attachment = reader._attachment,
            Extensions = reader._extensions ?? new ExtensionOutputs(),
        };
    }

    private static ResponseReader Read(ReadOnlySpan<byte> json, bool isAttestation)
    {
        Require(json.Length <= LongestJson, WebAuthnError.RequestTooLarge, "The response is too long.");
        var reader = new ResponseReader(json, isAttestation);
        try
        {
            reader.ReadCredential();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: bytes that are not UTF-8, or an escaped half of a surrogate pair.
            throw new WebAuthnException(WebAuthnError.RequestMalformed, "The response is not JSON.");
        }

        Require(reader._rawId is { Length: > 0 }, WebAuthnError.RequestMalformed, "rawId is missing or empty.");
        Require(reader._id.AsSpan().SequenceEqual(reader._rawId), WebAuthnError.IdMismatch);
        Require(reader._type == "public-key", WebAuthnError.TypeInvalid);
        return reader;
    }

    private void ReadCredential()
    {
        StartObject("The response is not an object.");
        while (NextMember())
        {
            if (_json.ValueTextEquals("id"u8))
            {
                ReadBytes(ref _id, "id");
            }
            else if (_json.ValueTextEquals("rawId"u8))
            {
                ReadBytes(ref _rawId, "rawId");
            }
            else if (_json.ValueTextEquals("type"u8))
            {
                Once(_type is null, "type");
                _json.Read();
                _type = _json.TokenType == JsonTokenType.String ? _json.ValueTextEquals("public-key"u8) ? "public-key" : _json.GetString() : "";
            }
            else if (_json.ValueTextEquals("authenticatorAttachment"u8))
            {
                ReadAttachment();
            }
            else if (_json.ValueTextEquals("response"u8))
            {
                Once(!_hasResponse, "response");
                _hasResponse = true;
                ReadResponse();
            }
            else if (_json.ValueTextEquals("clientExtensionResults"u8))
            {
                Once(_extensions is null, "clientExtensionResults");
                _extensions = ExtensionOutputs.Read(ref _json);
            }
            else
            {
                SkipValue();
            }
        }

        // One more read refuses whatever follows the object: it throws.
        _json.Read();
    }

    private void ReadResponse()
    {
        StartObject("response");
        while (NextMember())
        {
            if (_json.ValueTextEquals("clientDataJSON"u8))
            {
                ReadBytes(ref _clientDataJson, "clientDataJSON");
            }
            else if (_isAttestation && _json.ValueTextEquals("attestationObject"u8))
            {
                ReadBytes(ref _attestationObject, "attestationObject");
            }
            else if (!_isAttestation && _json.ValueTextEquals("authenticatorData"u8))
            {
                ReadBytes(ref _authenticatorData, "authenticatorData");
            }
            else if (!_isAttestation && _json.ValueTextEquals("signature"u8))
            {
                ReadBytes(ref _signature, "signature");
            }
            else if (!_isAttestation && _json.ValueTextEquals("userHandle"u8))
            {
                ReadUserHandle();
            }
            else if (_isAttestation && _json.ValueTextEquals("transports"u8))
            {
                ReadTransports();
            }
            else
            {
                SkipValue();
            }
        }
    }

    private void ReadUserHandle()
    {
        Once(_userHandle is null, "userHandle");
        _json.Read();
        if (_json.TokenType != JsonTokenType.Null)
        {
            _userHandle = Bytes("userHandle");
        }
    }

    /// <summary>"values … not in the enumeration must be treated as if they were absent" (§2.1.1).</summary>
    private void ReadAttachment()
    {
        _json.Read();
        Require(_json.TokenType is JsonTokenType.String or JsonTokenType.Null, WebAuthnError.RequestMalformed, "authenticatorAttachment");
        if (_json.TokenType == JsonTokenType.String)
        {
            _attachment = _json.ValueTextEquals("platform"u8) ? "platform" : _json.ValueTextEquals("cross-platform"u8) ? "cross-platform" : null;
        }
    }

    /// <summary>Transports are hints, kept for later options; unknown words survive, anything odd does not (§5.8.4).</summary>
    private void ReadTransports()
    {
        Once(_transports is null, "transports");
        _json.Read();
        Require(_json.TokenType == JsonTokenType.StartArray, WebAuthnError.RequestMalformed, "transports");
        var transports = new List<string>();
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            Require(_json.TokenType == JsonTokenType.String, WebAuthnError.RequestMalformed, "transports");
            var transport = _json.GetString()!;
            if (transport.Length is > 0 and <= LongestTransport && transports.Count < MostTransports
                && transport.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') && !transports.Contains(transport, StringComparer.Ordinal))
            {
                transports.Add(transport);
            }
        }

        _transports = [.. transports];
    }

    /// <summary>Inside an object something follows, or the reader throws.</summary>
    private bool NextMember()
    {
        _json.Read();
        return _json.TokenType == JsonTokenType.PropertyName;
    }

    private void StartObject(string name)
    {
        _json.Read();
        Require(_json.TokenType == JsonTokenType.StartObject, WebAuthnError.RequestMalformed, name);
    }

    private void SkipValue()
    {
        _json.Read();
        _json.Skip();
    }

    private void ReadBytes(ref byte[]? member, string name)
    {
        Once(member is null, name);
        _json.Read();
        member = Bytes(name);
    }

    private readonly byte[] Bytes(string name)
    {
        Require(_json.TokenType == JsonTokenType.String, WebAuthnError.RequestMalformed, name);
        var isDecoded = StrictBase64Url.TryDecode(_json.ValueIsEscaped ? Unescaped() : _json.ValueSpan, out var bytes);
        Require(isDecoded, WebAuthnError.RequestMalformed, name);
        return bytes!;
    }

    private readonly byte[] Unescaped()
    {
        var buffer = new byte[_json.ValueSpan.Length];
        return buffer[.._json.CopyString(buffer)];
    }

    private static void Once(bool isFirst, string name) => Require(isFirst, WebAuthnError.RequestMalformed, name);
}
