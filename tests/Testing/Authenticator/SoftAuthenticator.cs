using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Moi.Identity.Testing;

/// <summary>What a browser reports when a ceremony fails: a <c>DOMException</c> by its name.</summary>
public sealed class SoftAuthenticatorException(string name) : Exception(name);

/// <summary>
/// A browser and its authenticator in one: takes the options JSON a page would hand to
/// <c>navigator.credentials</c> and returns the credential's <c>toJSON()</c>. It can lie in every field.
/// </summary>
/// <remarks>It shares no code with the engine. Thread-safe; signing costs no more than the signature.</remarks>
public sealed class SoftAuthenticator
{
    private readonly ConcurrentDictionary<string, SoftCredential> _credentials = new(StringComparer.Ordinal);

    /// <summary>The model it claims to be.</summary>
    public Guid Aaguid { get; init; } = new("6d6f6920-736f-6674-2061-757468656e74");

    /// <summary>The attestation statement it makes.</summary>
    public SoftAttestation Attestation { get; init; }

    /// <summary>The certificates and key of <see cref="SoftAttestation.PackedBasic"/>; made on first use if not given.</summary>
    public SoftAttestationAuthority? Authority { get; init; }

    /// <summary>Algorithms it has, in no order: the first one offered that it has is taken.</summary>
    public IReadOnlyList<int> Algorithms { get; init; } = [-7];

    /// <summary>Whether its user passes verification.</summary>
    public bool IsUserVerified { get; init; } = true;

    /// <summary>Whether new credentials are synced passkeys (BE and BS) or bound to this device.</summary>
    public bool IsSynced { get; init; }

    /// <summary>How far the counter advances at each assertion; 0 keeps none.</summary>
    public uint CounterStep { get; init; } = 1;

    /// <summary><c>platform</c> or <c>cross-platform</c>.</summary>
    public string Attachment { get; init; } = "platform";

    /// <summary>What the client reports as transports.</summary>
    public IReadOnlyList<string> Transports { get; init; } = ["internal"];

    /// <summary>Its credentials.</summary>
    public IReadOnlyCollection<SoftCredential> Credentials => (IReadOnlyCollection<SoftCredential>)_credentials.Values;

    /// <summary>Whether a format has statements for keys of an algorithm.</summary>
    public static bool CanAttest(SoftAttestation attestation, int algorithm) => attestation switch
    {
        SoftAttestation.FidoU2f => algorithm == -7,
        SoftAttestation.Tpm => algorithm is -7 or -9 or -35 or -51 or -36 or -52 or -257 or -258 or -259 or -37 or -38 or -39,
        _ => true,
    };

    /// <summary>Enough pairs of algorithm and format for a test: every algorithm, and every format with keys of three kinds.</summary>
    public static IEnumerable<(int Algorithm, SoftAttestation Attestation)> Pairs()
        => from algorithm in SoftKey.Algorithms
           from attestation in Enum.GetValues<SoftAttestation>()
           where CanAttest(attestation, algorithm)
               && (attestation is SoftAttestation.None or SoftAttestation.PackedSelf or SoftAttestation.Tpm || algorithm is -7 or -8 or -257)
           select (algorithm, attestation);

    /// <summary>Adds a credential of another authenticator: a synced copy, or a clone.</summary>
    public void Import(SoftCredential credential) => _credentials[Base64Url.EncodeToString(credential.Id)] = credential;

    /// <summary>Forgets a credential.</summary>
    public void Delete(SoftCredential credential) => _credentials.TryRemove(Base64Url.EncodeToString(credential.Id), out _);

    /// <summary><c>navigator.credentials.create()</c> followed by <c>toJSON()</c>.</summary>
    /// <param name="optionsJson">The argument of <c>parseCreationOptionsFromJSON()</c>.</param>
    /// <param name="origin">The origin of the page.</param>
    /// <param name="lies">What to say in place of the truth.</param>
    /// <exception cref="SoftAuthenticatorException">As a browser refuses.</exception>
    public string Create(string optionsJson, string origin, Lies? lies = null)
    {
        lies ??= new Lies();
        using var document = JsonDocument.Parse(optionsJson);
        var options = document.RootElement;
        var user = options.GetProperty("user");
        var rpId = options.GetProperty("rp").TryGetProperty("id", out var id) ? id.GetString()! : new Uri(origin).Host;
        if (!lies.IgnoreExcludeCredentials && Ids(options, "excludeCredentials").Any(_credentials.ContainsKey))
        {
            throw new SoftAuthenticatorException("InvalidStateError");
        }

        var algorithm = lies.Algorithm ?? options.GetProperty("pubKeyCredParams").EnumerateArray()
            .Select(offered => offered.GetProperty("alg").GetInt32()).FirstOrDefault(Algorithms.Contains);
        if (algorithm == 0)
        {
            throw new SoftAuthenticatorException("NotSupportedError");
        }

        var credential = new SoftCredential
        {
            Id = lies.CredentialId ?? RandomNumberGenerator.GetBytes(32),
            RelyingPartyId = rpId,
            UserHandle = Base64Url.DecodeFromChars(user.GetProperty("id").GetString()),
            UserName = user.GetProperty("name").GetString() ?? "",
            Key = SoftKey.Create(algorithm),
            IsBackupEligible = IsSynced,
            IsBackedUp = IsSynced,
        };
        Import(credential);

        var clientData = ClientData("webauthn.create", options, origin, lies);
        var signedClientData = clientData;
        var coseKey = lies.CoseKey ?? credential.Key.CoseKey;
        byte[] attested = [.. (lies.Aaguid ?? Aaguid).ToByteArray(bigEndian: true), (byte)(credential.Id.Length >> 8), (byte)credential.Id.Length, .. credential.Id, .. coseKey];
        var signedData = AuthenticatorData(credential, attested, lies.SignCount ?? 0, lies);
        var (format, statement) = Statement(credential, signedData, signedClientData, lies);

        clientData = lies.ClientDataAfterwards?.Invoke(clientData) ?? clientData;
        var authenticatorData = lies.AuthenticatorDataAfterwards?.Invoke(signedData) ?? signedData;
        var attestationObject = Cbor.Map(("fmt", Cbor.Text(lies.Format ?? format)), ("attStmt", lies.Statement ?? statement), ("authData", Cbor.Bytes(authenticatorData)));
        attestationObject = lies.AttestationObject?.Invoke(attestationObject) ?? attestationObject;

        return Json(credential, lies, options, writer =>
        {
            writer.WriteString("clientDataJSON", Base64Url.EncodeToString(clientData));
            writer.WriteString("attestationObject", Base64Url.EncodeToString(attestationObject));
            writer.WriteString("authenticatorData", Base64Url.EncodeToString(authenticatorData));
            writer.WriteString("publicKey", Base64Url.EncodeToString(credential.Key.SubjectPublicKeyInfo));
            writer.WriteNumber("publicKeyAlgorithm", credential.Key.Algorithm);
            writer.WriteStartArray("transports");
            foreach (var transport in Transports)
            {
                writer.WriteStringValue(transport);
            }

            writer.WriteEndArray();
        });
    }

    /// <summary><c>navigator.credentials.get()</c> followed by <c>toJSON()</c>.</summary>
    /// <param name="optionsJson">The argument of <c>parseRequestOptionsFromJSON()</c>.</param>
    /// <param name="origin">The origin of the page.</param>
    /// <param name="lies">What to say in place of the truth.</param>
    /// <exception cref="SoftAuthenticatorException">As a browser refuses.</exception>
    public string Get(string optionsJson, string origin, Lies? lies = null)
    {
        lies ??= new Lies();
        using var document = JsonDocument.Parse(optionsJson);
        var options = document.RootElement;
        var rpId = options.TryGetProperty("rpId", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString()! : new Uri(origin).Host;
        var credential = lies.Credential ?? Choose(options, rpId) ?? throw new SoftAuthenticatorException("NotAllowedError");

        var clientData = ClientData("webauthn.get", options, origin, lies);
        var authenticatorData = AuthenticatorData(credential, null, lies.SignCount ?? credential.Count(CounterStep), lies);
        var signature = (lies.SigningKey ?? credential.Key).Sign(WithHash(authenticatorData, clientData));
        signature = lies.Signature?.Invoke(signature) ?? signature;
        clientData = lies.ClientDataAfterwards?.Invoke(clientData) ?? clientData;
        authenticatorData = lies.AuthenticatorDataAfterwards?.Invoke(authenticatorData) ?? authenticatorData;

        return Json(credential, lies, options, writer =>
        {
            writer.WriteString("clientDataJSON", Base64Url.EncodeToString(clientData));
            writer.WriteString("authenticatorData", Base64Url.EncodeToString(authenticatorData));
            writer.WriteString("signature", Base64Url.EncodeToString(signature));
            var userHandle = lies.UserHandle ?? credential.UserHandle;
            if (userHandle.Length > 0)
            {
                writer.WriteString("userHandle", Base64Url.EncodeToString(userHandle));
            }
        });
    }

    private SoftCredential? Choose(JsonElement options, string rpId)
    {
        var allowed = Ids(options, "allowCredentials").ToArray();
        var candidates = allowed.Length == 0
            ? _credentials.Values
            : allowed.Select(id => _credentials.GetValueOrDefault(id)).OfType<SoftCredential>();
        return candidates.FirstOrDefault(credential => credential.RelyingPartyId == rpId);
    }

    private static IEnumerable<string> Ids(JsonElement options, string member)
        => options.TryGetProperty(member, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select(descriptor => descriptor.GetProperty("id").GetString()!)
            : [];

    /// <summary>§5.8.1.1: the one serialization that limited verifiers rely on.</summary>
    private static byte[] ClientData(string type, JsonElement options, string origin, Lies lies)
    {
        var json = new StringBuilder()
            .Append("{\"type\":").Append(Quoted(lies.Type ?? type))
            .Append(",\"challenge\":").Append(Quoted(lies.Challenge ?? options.GetProperty("challenge").GetString()!))
            .Append(",\"origin\":").Append(Quoted(lies.Origin ?? origin))
            .Append(",\"crossOrigin\":").Append(lies.CrossOrigin == true ? "true" : "false");
        if (lies.TopOrigin is { } top)
        {
            json.Append(",\"topOrigin\":").Append(Quoted(top));
        }

        var clientData = Encoding.UTF8.GetBytes(json.Append('}').ToString());
        return lies.ClientData?.Invoke(clientData) ?? clientData;
    }

    private static string Quoted(string text)
        => $"\"{JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    /// <summary>§6.1.</summary>
    private byte[] AuthenticatorData(SoftCredential credential, byte[]? attested, uint signCount, Lies lies)
    {
        const byte Up = 0x01, Uv = 0x04, Be = 0x08, Bs = 0x10, At = 0x40, Ed = 0x80;
        var flags = lies.Flags ?? (byte)(
            ((lies.UserPresent ?? true) ? Up : 0)
            | ((lies.UserVerified ?? IsUserVerified) ? Uv : 0)
            | ((lies.BackupEligible ?? credential.IsBackupEligible) ? Be : 0)
            | ((lies.BackedUp ?? credential.IsBackedUp) ? Bs : 0)
            | (attested is null ? 0 : At)
            | (lies.AuthenticatorExtensions is null ? 0 : Ed));
        var data = new byte[37 + (attested?.Length ?? 0) + (lies.AuthenticatorExtensions?.Length ?? 0)];
        SHA256.HashData(Encoding.UTF8.GetBytes(lies.RelyingPartyId ?? credential.RelyingPartyId), data);
        data[32] = flags;
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(33), signCount);
        attested?.CopyTo(data, 37);
        lies.AuthenticatorExtensions?.CopyTo(data, 37 + (attested?.Length ?? 0));
        return lies.AuthenticatorData?.Invoke(data) ?? data;
    }

    private (string Format, byte[] Statement) Statement(SoftCredential credential, byte[] authenticatorData, byte[] clientData, Lies lies)
    {
        var authority = Authority ?? SoftAttestationAuthority.Default(Aaguid);
        var input = new SoftStatementInput(credential, authenticatorData, clientData, Aaguid, authority, lies);
        return Attestation == SoftAttestation.PackedSelf && lies.Certificates is not null
            ? ("packed", SoftStatement.PackedBasic(input))
            : SoftStatement.Make(Attestation, input);
    }

    private static byte[] WithHash(byte[] authenticatorData, byte[] clientData)
    {
        var signed = new byte[authenticatorData.Length + SHA256.HashSizeInBytes];
        authenticatorData.CopyTo(signed, 0);
        SHA256.HashData(clientData, signed.AsSpan(authenticatorData.Length));
        return signed;
    }

    private string Json(SoftCredential credential, Lies lies, JsonElement options, Action<Utf8JsonWriter> response)
    {
        using var buffer = new MemoryStream(1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            var id = Base64Url.EncodeToString(lies.CredentialId ?? credential.Id);
            writer.WriteStartObject();
            writer.WriteString("id", id);
            writer.WriteString("rawId", id);
            writer.WriteString("type", "public-key");
            writer.WriteString("authenticatorAttachment", Attachment);
            writer.WriteStartObject("response");
            response(writer);
            writer.WriteEndObject();
            writer.WritePropertyName("clientExtensionResults");
            if (lies.ClientExtensionResults is { } results)
            {
                results.WriteTo(writer);
            }
            else
            {
                writer.WriteStartObject();
                if (options.TryGetProperty("extensions", out var extensions) && extensions.TryGetProperty("credProps", out var asked) && asked.ValueKind == JsonValueKind.True)
                {
                    writer.WriteStartObject("credProps");
                    writer.WriteBoolean("rk", true);
                    writer.WriteEndObject();
                }

                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        var json = Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
        if (lies.Json is null)
        {
            return json;
        }

        var node = JsonNode.Parse(json)!.AsObject();
        lies.Json(node);
        return node.ToJsonString();
    }
}
