using System.Text.Json.Nodes;

namespace Moi.Identity.Testing;

/// <summary>What a response says in place of the truth. Everything unset is true.</summary>
/// <remarks>What is changed before signing is signed; what says "afterwards" is changed when the signature is made.</remarks>
public sealed record Lies
{
    /// <summary><c>type</c> of the client data.</summary>
    public string? Type { get; init; }

    /// <summary><c>challenge</c> of the client data, as the text that stands there.</summary>
    public string? Challenge { get; init; }

    /// <summary><c>origin</c> of the client data.</summary>
    public string? Origin { get; init; }

    /// <summary><c>crossOrigin</c> of the client data.</summary>
    public bool? CrossOrigin { get; init; }

    /// <summary><c>topOrigin</c> of the client data.</summary>
    public string? TopOrigin { get; init; }

    /// <summary>Changes the client data before it is hashed.</summary>
    public Func<byte[], byte[]>? ClientData { get; init; }

    /// <summary>Changes the client data afterwards.</summary>
    public Func<byte[], byte[]>? ClientDataAfterwards { get; init; }

    /// <summary>The RP ID whose hash stands in the authenticator data.</summary>
    public string? RelyingPartyId { get; init; }

    /// <summary>All flags.</summary>
    public byte? Flags { get; init; }

    /// <summary>Flag UP.</summary>
    public bool? UserPresent { get; init; }

    /// <summary>Flag UV.</summary>
    public bool? UserVerified { get; init; }

    /// <summary>Flag BE.</summary>
    public bool? BackupEligible { get; init; }

    /// <summary>Flag BS.</summary>
    public bool? BackedUp { get; init; }

    /// <summary>The signature counter.</summary>
    public uint? SignCount { get; init; }

    /// <summary>The authenticator model.</summary>
    public Guid? Aaguid { get; init; }

    /// <summary>The credential ID, everywhere it stands.</summary>
    public byte[]? CredentialId { get; init; }

    /// <summary>The COSE key in the attested credential data.</summary>
    public byte[]? CoseKey { get; init; }

    /// <summary>Authenticator extension outputs as encoded CBOR; sets flag ED.</summary>
    public byte[]? AuthenticatorExtensions { get; init; }

    /// <summary>Changes the authenticator data before it is signed.</summary>
    public Func<byte[], byte[]>? AuthenticatorData { get; init; }

    /// <summary>Changes the authenticator data afterwards.</summary>
    public Func<byte[], byte[]>? AuthenticatorDataAfterwards { get; init; }

    /// <summary>Changes the signature.</summary>
    public Func<byte[], byte[]>? Signature { get; init; }

    /// <summary>The key that signs.</summary>
    public SoftKey? SigningKey { get; init; }

    /// <summary><c>fmt</c> of the attestation object.</summary>
    public string? Format { get; init; }

    /// <summary><c>attStmt</c> of the attestation object, as encoded CBOR.</summary>
    public byte[]? Statement { get; init; }

    /// <summary><c>alg</c> of the attestation statement.</summary>
    public long? StatementAlgorithm { get; init; }

    /// <summary>Changes the members of the attestation statement.</summary>
    public Func<(string Name, byte[] Value)[], (string Name, byte[] Value)[]>? StatementMembers { get; init; }

    /// <summary>Lies of the format <c>apple</c>.</summary>
    public AppleLies? Apple { get; init; }

    /// <summary>Lies of the format <c>android-key</c>.</summary>
    public AndroidKeyLies? AndroidKey { get; init; }

    /// <summary>Lies of the format <c>tpm</c>.</summary>
    public TpmLies? Tpm { get; init; }

    /// <summary>Lies of the format <c>android-safetynet</c>.</summary>
    public SafetyNetLies? SafetyNet { get; init; }

    /// <summary>Which statements the format <c>compound</c> has.</summary>
    public IReadOnlyList<SoftAttestation> CompoundFormats { get; init; } = [SoftAttestation.PackedSelf, SoftAttestation.Apple];

    /// <summary>The statements of the format <c>compound</c>, changed.</summary>
    public Func<(string Format, byte[] Statement)[], (string Format, byte[] Statement)[]>? CompoundParts { get; init; }

    /// <summary><c>x5c</c> of the attestation statement.</summary>
    public byte[][]? Certificates { get; init; }

    /// <summary>Changes the whole attestation object.</summary>
    public Func<byte[], byte[]>? AttestationObject { get; init; }

    /// <summary><c>userHandle</c> of an assertion; an empty array leaves it out.</summary>
    public byte[]? UserHandle { get; init; }

    /// <summary>Client extension outputs.</summary>
    public JsonObject? ClientExtensionResults { get; init; }

    /// <summary>Changes the finished JSON.</summary>
    public Action<JsonObject>? Json { get; init; }

    /// <summary>Makes a credential although one of <c>excludeCredentials</c> is here.</summary>
    public bool IgnoreExcludeCredentials { get; init; }

    /// <summary>The algorithm of the new key, whatever was offered.</summary>
    public int? Algorithm { get; init; }

    /// <summary>The credential that signs, whatever was allowed.</summary>
    public SoftCredential? Credential { get; init; }
}
