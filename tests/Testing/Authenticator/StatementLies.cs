using System.Text.Json.Nodes;

namespace Moi.Identity.Testing;

/// <summary>What an apple statement says in place of the truth.</summary>
public sealed record AppleLies
{
    /// <summary>The nonce in the certificate.</summary>
    public byte[]? Nonce { get; init; }

    /// <summary>Changes the value of the extension.</summary>
    public Func<byte[], byte[]>? Extension { get; init; }

    /// <summary>Leaves the extension out.</summary>
    public bool LeaveOutExtension { get; init; }

    /// <summary>The key that is certified.</summary>
    public SoftKey? CertifiedKey { get; init; }
}

/// <summary>What the key description of an android-key statement says; by default, a good key in the trusted environment.</summary>
public sealed record AndroidKeyLies
{
    /// <summary>The key that is certified, and signs.</summary>
    public SoftKey? CertifiedKey { get; init; }

    /// <summary><c>attestationVersion</c> and <c>keyMintVersion</c>.</summary>
    public int Version { get; init; } = 300;

    /// <summary><c>attestationChallenge</c>.</summary>
    public byte[]? Challenge { get; init; }

    /// <summary>Members of <c>softwareEnforced</c>, encoded.</summary>
    public IReadOnlyList<byte[]> Software { get; init; } = [Der.Tagged(701, Der.Number(1_700_000_000_000))];

    /// <summary>Members of <c>teeEnforced</c>, encoded.</summary>
    public IReadOnlyList<byte[]> Tee { get; init; } =
        [Purpose(2, 3), Der.Tagged(2, Der.Number(3)), Der.Tagged(3, Der.Number(256)), Origin(0), Der.Tagged(705, Der.Number(140000))];

    /// <summary>Changes the encoded description; null leaves the extension out.</summary>
    public Func<byte[], byte[]?>? Description { get; init; }

    /// <summary>A member <c>purpose</c>.</summary>
    public static byte[] Purpose(params int[] purposes) => Der.Tagged(1, Der.Set([.. purposes.Select(purpose => Der.Number(purpose))]));

    /// <summary>A member <c>origin</c>.</summary>
    public static byte[] Origin(int origin) => Der.Tagged(702, Der.Number(origin));

    /// <summary>A member <c>allApplications</c>.</summary>
    public static byte[] AllApplications() => Der.Tagged(600, [0x05, 0x00]);

    internal byte[]? Describe(byte[] clientDataHash)
    {
        var description = Der.Sequence(
            Der.Number(Version),
            Der.Enumerated(1),
            Der.Number(Version),
            Der.Enumerated(1),
            Der.OctetString(Challenge ?? clientDataHash),
            Der.OctetString([]),
            Der.Sequence([.. Software]),
            Der.Sequence([.. Tee]));
        return Description is null ? description : Description(description);
    }
}

/// <summary>What a tpm statement says in place of the truth.</summary>
public sealed record TpmLies
{
    /// <summary><c>ver</c>.</summary>
    public string Version { get; init; } = "2.0";

    /// <summary>The key in <c>pubArea</c>.</summary>
    public SoftKey? PublicAreaKey { get; init; }

    /// <summary><c>nameAlg</c>: SHA-256.</summary>
    public ushort NameAlgorithm { get; init; } = 0x000B;

    /// <summary><c>parameters.symmetric</c>, encoded: none.</summary>
    public byte[] Symmetric { get; init; } = [0, 0x10];

    /// <summary><c>parameters.scheme</c>, encoded: none.</summary>
    public byte[] Scheme { get; init; } = [0, 0x10];

    /// <summary>The exponent of an RSA key; 0 stands for 65537.</summary>
    public uint Exponent { get; init; }

    /// <summary>Changes <c>pubArea</c> before it is named.</summary>
    public Func<byte[], byte[]>? PublicArea { get; init; }

    /// <summary>Changes <c>pubArea</c> afterwards.</summary>
    public Func<byte[], byte[]>? PublicAreaAfterwards { get; init; }

    /// <summary><c>magic</c>.</summary>
    public uint Magic { get; init; } = 0xFF544347;

    /// <summary><c>type</c>.</summary>
    public ushort Type { get; init; } = 0x8017;

    /// <summary><c>extraData</c>.</summary>
    public byte[]? ExtraData { get; init; }

    /// <summary>Changes the name in <c>certInfo</c>.</summary>
    public Func<byte[], byte[]>? Name { get; init; }

    /// <summary>Changes <c>certInfo</c> before it is signed.</summary>
    public Func<byte[], byte[]>? CertInfo { get; init; }

    /// <summary>The algorithm of the attestation identity key.</summary>
    public int AikAlgorithm { get; init; } = -7;

    /// <summary>How its certificate looks.</summary>
    public AikShape Certificate { get; init; } = new();
}

/// <summary>How the certificate of an attestation identity key looks. Unset, it satisfies §8.3.1.</summary>
public sealed record AikShape
{
    /// <summary>A common name in the subject, which must be empty.</summary>
    public string? CommonName { get; init; }

    /// <summary>Whether there is a subject alternative name.</summary>
    public bool AlternativeName { get; init; } = true;

    /// <summary>Whether it is critical.</summary>
    public bool AlternativeNameCritical { get; init; } = true;

    /// <summary>Changes its value.</summary>
    public Func<byte[], byte[]>? AlternativeNameValue { get; init; }

    /// <summary>The manufacturer; null leaves it out.</summary>
    public string? Manufacturer { get; init; } = "id:49465800";

    /// <summary>The model; null leaves it out.</summary>
    public string? Model { get; init; } = "Soft TPM";

    /// <summary>The version; null leaves it out.</summary>
    public string? Version { get; init; } = "id:00010002";

    /// <summary>Whether the attributes stand in one set, as some makers write them, or each in its own.</summary>
    public bool OneSet { get; init; }

    /// <summary>The extended key usages; empty leaves the extension out.</summary>
    public IReadOnlyList<string> Usages { get; init; } = ["2.23.133.8.3"];

    /// <summary>The CA component of basic constraints; null leaves the extension out.</summary>
    public bool? BasicConstraints { get; init; } = false;

    /// <summary>An AAGUID extension.</summary>
    public Guid? Aaguid { get; init; }
}

/// <summary>What an android-safetynet statement says in place of the truth.</summary>
public sealed record SafetyNetLies
{
    /// <summary>When the response was made, by default one second before the test's clock starts to count.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>The host the certificate is for.</summary>
    public string Host { get; init; } = "attest.android.com";

    /// <summary>Changes the header of the JWS.</summary>
    public Action<JsonObject>? Header { get; init; }

    /// <summary>Changes the payload of the JWS.</summary>
    public Action<JsonObject>? Payload { get; init; }

    /// <summary>Changes the compact serialization.</summary>
    public Func<string, string>? Jws { get; init; }

    /// <summary><c>ver</c>.</summary>
    public string Version { get; init; } = "14799021";
}
