using System.Text.Json;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Data;

/// <summary>Reads the JSON of a credential, as <c>PublicKeyCredential.toJSON()</c> writes it (§5.1).</summary>
/// <remarks>
/// Unknown members are ignored, and so are the conveniences <c>authenticatorData</c>, <c>publicKey</c> and
/// <c>publicKeyAlgorithm</c> of a registration: the attestation object says the same and is what was signed.
/// SECURITY: every member that §5.1 names must be there once, whether it is read or not and whatever the first one said: parsers
/// differ in which of two they take.
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
    private Members _met;
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
    private ExtensionOutputs? _extensions;

    private ResponseReader(ReadOnlySpan<byte> json, bool isAttestation)
    {
        _isAttestation = isAttestation;
        _json = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = DeepestNesting });
    }

    /// <summary>The members that §5.1 names.</summary>
    [Flags]
    private enum Members
    {
        None = 0,
        Id = 1 << 0,
        RawId = 1 << 1,
        Type = 1 << 2,
        AuthenticatorAttachment = 1 << 3,
        Response = 1 << 4,
        ClientExtensionResults = 1 << 5,
        ClientDataJson = 1 << 6,
        AttestationObject = 1 << 7,
        AuthenticatorData = 1 << 8,
        Signature = 1 << 9,
        UserHandle = 1 << 10,
        Transports = 1 << 11,
        PublicKey = 1 << 12,
        PublicKeyAlgorithm = 1 << 13,
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
                ReadBytes(Members.Id, ref _id, "id");
            }
            else if (_json.ValueTextEquals("rawId"u8))
            {
                ReadBytes(Members.RawId, ref _rawId, "rawId");
            }
            else if (_json.ValueTextEquals("type"u8))
            {
                Once(Members.Type, "type");
                _json.Read();
                _type = _json.TokenType == JsonTokenType.String ? _json.ValueTextEquals("public-key"u8) ? "public-key" : _json.GetString() : "";
            }
            else if (_json.ValueTextEquals("authenticatorAttachment"u8))
            {
                ReadAttachment();
            }
            else if (_json.ValueTextEquals("response"u8))
            {
                Once(Members.Response, "response");
                ReadResponse();
            }
            else if (_json.ValueTextEquals("clientExtensionResults"u8))
            {
                Once(Members.ClientExtensionResults, "clientExtensionResults");
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
                ReadBytes(Members.ClientDataJson, ref _clientDataJson, "clientDataJSON");
            }
            else if (_isAttestation && _json.ValueTextEquals("attestationObject"u8))
            {
                ReadBytes(Members.AttestationObject, ref _attestationObject, "attestationObject");
            }
            else if (!_isAttestation && _json.ValueTextEquals("authenticatorData"u8))
            {
                ReadBytes(Members.AuthenticatorData, ref _authenticatorData, "authenticatorData");
            }
            else if (!_isAttestation && _json.ValueTextEquals("signature"u8))
            {
                ReadBytes(Members.Signature, ref _signature, "signature");
            }
            else if (!_isAttestation && _json.ValueTextEquals("userHandle"u8))
            {
                ReadUserHandle();
            }
            else if (_isAttestation && _json.ValueTextEquals("transports"u8))
            {
                ReadTransports();
            }
            else if (_isAttestation && _json.ValueTextEquals("authenticatorData"u8))
            {
                Skip(Members.AuthenticatorData, "authenticatorData");
            }
            else if (_isAttestation && _json.ValueTextEquals("publicKey"u8))
            {
                Skip(Members.PublicKey, "publicKey");
            }
            else if (_isAttestation && _json.ValueTextEquals("publicKeyAlgorithm"u8))
            {
                Skip(Members.PublicKeyAlgorithm, "publicKeyAlgorithm");
            }
            else
            {
                SkipValue();
            }
        }
    }

    private void ReadUserHandle()
    {
        Once(Members.UserHandle, "userHandle");
        _json.Read();
        if (_json.TokenType != JsonTokenType.Null)
        {
            _userHandle = Bytes("userHandle");
        }
    }

    /// <summary>"values … not in the enumeration must be treated as if they were absent" (§2.1.1).</summary>
    private void ReadAttachment()
    {
        Once(Members.AuthenticatorAttachment, "authenticatorAttachment");
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
        Once(Members.Transports, "transports");
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

    private void Skip(Members which, string name)
    {
        Once(which, name);
        SkipValue();
    }

    private void SkipValue()
    {
        _json.Read();
        _json.Skip();
    }

    private void ReadBytes(Members which, ref byte[]? member, string name)
    {
        Once(which, name);
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

    private void Once(Members which, string name)
    {
        Require((_met & which) == Members.None, WebAuthnError.RequestMalformed, name);
        _met |= which;
    }
}
