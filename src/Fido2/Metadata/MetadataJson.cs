using System.Text.Json.Serialization;

namespace Moi.Identity.Fido2.Metadata;

/// <summary>The payload of a BLOB as far as it is read; FIDO Metadata Service v3 §3.1.</summary>
/// <remarks>Everything else, such as icons and <c>authenticatorGetInfo</c> with its 64-bit numbers, is skipped unread.
/// A member that is read has the type that the specification gives it, or the BLOB is refused.</remarks>
internal sealed record BlobPayload
{
    [JsonPropertyName("legalHeader")]
    public string? LegalHeader { get; init; }

    [JsonPropertyName("no")]
    public long? Number { get; init; }

    [JsonPropertyName("nextUpdate")]
    public string? NextUpdate { get; init; }

    [JsonPropertyName("entries")]
    public List<BlobEntry?>? Entries { get; init; }
}

/// <summary>MetadataBLOBPayloadEntry.</summary>
internal sealed record BlobEntry
{
    [JsonPropertyName("aaguid")]
    public string? Aaguid { get; init; }

    [JsonPropertyName("aaid")]
    public string? Aaid { get; init; }

    [JsonPropertyName("attestationCertificateKeyIdentifiers")]
    public List<string?>? KeyIdentifiers { get; init; }

    [JsonPropertyName("metadataStatement")]
    public BlobStatement? Statement { get; init; }

    [JsonPropertyName("statusReports")]
    public List<BlobStatusReport?>? StatusReports { get; init; }

    [JsonPropertyName("timeOfLastStatusChange")]
    public string? TimeOfLastStatusChange { get; init; }

    [JsonPropertyName("rogueListURL")]
    public string? RogueListUrl { get; init; }

    [JsonPropertyName("rogueListHash")]
    public string? RogueListHash { get; init; }
}

/// <summary>MetadataStatement.</summary>
internal sealed record BlobStatement
{
    [JsonPropertyName("description")]
    public string? Description { get; init; }

    [JsonPropertyName("protocolFamily")]
    public string? ProtocolFamily { get; init; }

    [JsonPropertyName("authenticationAlgorithms")]
    public List<string?>? AuthenticationAlgorithms { get; init; }

    [JsonPropertyName("attestationTypes")]
    public List<string?>? AttestationTypes { get; init; }

    [JsonPropertyName("keyProtection")]
    public List<string?>? KeyProtection { get; init; }

    [JsonPropertyName("attestationRootCertificates")]
    public List<string?>? Roots { get; init; }
}

/// <summary>StatusReport.</summary>
internal sealed record BlobStatusReport
{
    [JsonPropertyName("status")]
    public string? Status { get; init; }

    [JsonPropertyName("effectiveDate")]
    public string? EffectiveDate { get; init; }

    /// <summary>"Base64-encoded DER PKIX certificate value related to the current status, if applicable."</summary>
    [JsonPropertyName("certificate")]
    public string? Certificate { get; init; }

    /// <summary>The batch that the status is about.</summary>
    [JsonPropertyName("batchCertificate")]
    public string? BatchCertificate { get; init; }

    [JsonPropertyName("url")]
    public string? Url { get; init; }
}

/// <summary>JSON of the metadata. A member that is there twice is refused: parsers differ in which one they take.</summary>
[JsonSourceGenerationOptions(AllowDuplicateProperties = false, MaxDepth = 32)]
[JsonSerializable(typeof(BlobPayload))]
[JsonSerializable(typeof(JwsHeader))]
internal sealed partial class MetadataJsonContext : JsonSerializerContext;
