using System.Text.Json.Serialization;

namespace Moi.Identity.Fido2;

/// <summary>Which list of an Android key attestation counts; WebAuthn Level 3 §8.4 step 5.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AndroidKeyScope>))]
public enum AndroidKeyScope
{
    /// <summary>Only what the trusted execution environment enforces: the key is in hardware.</summary>
    TeeOnly = 0,

    /// <summary>What the environment or Android's software enforces.</summary>
    Union,
}

/// <summary>How many statements of a compound attestation must verify, and be trusted where trust is demanded; WebAuthn Level 3
/// §8.9.</summary>
/// <remarks>Only statements with certificates can be trusted; self attestation beside them takes nothing away. A model that is
/// denied or has a blocking status is refused in any case.</remarks>
[JsonConverter(typeof(JsonStringEnumConverter<CompoundStatements>))]
public enum CompoundStatements
{
    /// <summary>Every one.</summary>
    All = 0,

    /// <summary>One at least.</summary>
    Any,
}
