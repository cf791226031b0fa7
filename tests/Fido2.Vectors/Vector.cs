using System.Text.Json;
using System.Text.Json.Serialization;

namespace Moi.Identity.Fido2.Vectors;

/// <summary>One recorded or published ceremony, in the format of the shared vectors.</summary>
public sealed record Vector
{
    public required string Id { get; init; }

    public required string Type { get; init; }

    public required string RpId { get; init; }

    /// <summary>One origin, or a list.</summary>
    public required JsonElement Origin { get; init; }

    public required string Challenge { get; init; }

    [JsonPropertyName("clientDataJSON")]
    public required string ClientDataJson { get; init; }

    public string? AttestationObject { get; init; }

    public string? AuthenticatorData { get; init; }

    public string? Signature { get; init; }

    public string? PublicKeyCose { get; init; }

    public uint? SignCount { get; init; }

    public string? UserHandle { get; init; }

    public string? CredentialId { get; init; }

    [JsonPropertyName("fmt")]
    public string? Format { get; init; }

    [JsonPropertyName("alg")]
    public int Algorithm { get; init; }

    public bool? CrossOrigin { get; init; }

    public string? TopOrigin { get; init; }

    public JsonElement? ClientExtensionResults { get; init; }

    /// <summary><c>authenticatorAttachment</c> of the response.</summary>
    public string? AuthenticatorAttachment { get; init; }

    /// <summary>The clock; where it is not said, a day of 2026.</summary>
    public DateTimeOffset? VerifyAt { get; init; }

    /// <summary>Names of anchors of the file.</summary>
    public string[]? TrustAnchors { get; init; }

    public required ExpectedOutcome Expected { get; init; }

    public Expectation? Expect { get; init; }

    public override string ToString() => Id;
}

/// <summary>What a correct engine says.</summary>
public sealed record ExpectedOutcome
{
    public required string Result { get; init; }

    public string? Reason { get; init; }
}

/// <summary>The relying party's configuration for one vector, and the state of its store.</summary>
/// <remarks>A member that nobody maps would be a case that nobody runs: an unknown one is an error here, one that has no meaning in
/// its ceremony is one in <see cref="ExpectationRules"/>, and the runner reads all others.</remarks>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record Expectation
{
    public string? Challenge { get; init; }

    public JsonElement? Origin { get; init; }

    public JsonElement? TopOrigin { get; init; }

    public bool? AllowCrossOrigin { get; init; }

    [JsonPropertyName("requireUP")]
    public bool? RequireUserPresence { get; init; }

    [JsonPropertyName("requireUV")]
    public bool? RequireUserVerification { get; init; }

    public string? Mediation { get; init; }

    public int[]? Algs { get; init; }

    public bool? VerifyTrust { get; init; }

    public string[]? TrustAnchorsDer { get; init; }

    public string? Attestation { get; init; }

    public bool? RequireTee { get; init; }

    public string? Appid { get; init; }

    [JsonPropertyName("storedBE")]
    public bool? StoredBackupEligible { get; init; }

    [JsonPropertyName("storedBS")]
    public bool? StoredBackedUp { get; init; }

    public uint? StoredSignCount { get; init; }

    public string? StoredUserHandle { get; init; }

    public bool? Discoverable { get; init; }

    public string[]? AllowCredentials { get; init; }

    public string[]? ExcludeCredentials { get; init; }

    public bool? CredentialExists { get; init; }

    public bool? CredentialKnown { get; init; }

    public string? CredentialOwner { get; init; }

    public bool? CredentialDisabled { get; init; }

    public string? IdentifiedUser { get; init; }

    public bool? ChallengeConsumed { get; init; }

    public bool? ChallengeExpired { get; init; }

    public string? ChallengeCeremony { get; init; }

    public string? RequireAttachment { get; init; }

    public bool? RequireResidentKey { get; init; }
}

public sealed record VectorFile
{
    /// <summary>Name → DER, in base64url.</summary>
    public Dictionary<string, string> TrustAnchors { get; init; } = [];

    public required Vector[] Vectors { get; init; }

    public static VectorFile Read(string path)
        => JsonSerializer.Deserialize(File.ReadAllBytes(path), VectorJsonContext.Default.VectorFile)
            ?? throw new JsonException($"{path} holds no vectors.");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(VectorFile))]
[JsonSerializable(typeof(VectorOutcome[]))]
internal sealed partial class VectorJsonContext : JsonSerializerContext;
