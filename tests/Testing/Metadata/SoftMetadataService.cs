using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Moi.Identity.Testing;

/// <summary>A metadata service of our own: a root, an intermediate, a signer, and the BLOBs that it signs.</summary>
public sealed class SoftMetadataService
{
    /// <summary>The name that the FIDO Alliance's signer has.</summary>
    public const string SignerName = "mds.fidoalliance.org";

    /// <summary>Makes a service.</summary>
    /// <param name="signer">How the signer's certificate differs from a correct one.</param>
    /// <param name="authorities">How root and intermediate differ from correct ones.</param>
    public SoftMetadataService(SoftCertificateShape? signer = null, SoftCertificateShape? authorities = null)
    {
        authorities ??= new SoftCertificateShape();
        Root = SoftCertificate.Root(authorities with { Name = "Soft metadata root" });
        Intermediate = Root.Issue(authorities with { Name = "Soft metadata intermediate", PathLength = 0 });
        Signer = Intermediate.Issue(signer ?? SoftCertificateShape.Leaf(SignerName));
    }

    /// <summary>The root.</summary>
    public SoftCertificate Root { get; }

    /// <summary>The intermediate.</summary>
    public SoftCertificate Intermediate { get; }

    /// <summary>The signer.</summary>
    public SoftCertificate Signer { get; }

    /// <summary>An entry for a model.</summary>
    public static JsonObject Entry(Guid aaguid, IEnumerable<byte[]> roots, params IEnumerable<string> statuses) => new()
    {
        ["aaguid"] = aaguid.ToString(),
        ["metadataStatement"] = new JsonObject
        {
            ["description"] = "Soft authenticator",
            ["protocolFamily"] = "fido2",
            ["authenticationAlgorithms"] = new JsonArray("secp256r1_ecdsa_sha256_raw"),
            ["attestationTypes"] = new JsonArray("basic_full"),
            ["keyProtection"] = new JsonArray("hardware", "secure_element"),
            ["attestationRootCertificates"] = new JsonArray([.. roots.Select(root => (JsonNode)Convert.ToBase64String(root))]),
            ["icon"] = "data:image/png;base64,AAAA",
            ["authenticatorGetInfo"] = new JsonObject { ["versions"] = new JsonArray("FIDO_2_1"), ["vendorPrototypeConfigCommands"] = new JsonArray(ulong.MaxValue) },
        },
        ["statusReports"] = new JsonArray([.. statuses.Select(status => (JsonNode)Status(status))]),
        ["timeOfLastStatusChange"] = "2026-01-01",
    };

    /// <summary>A status report.</summary>
    public static JsonObject Status(string status, string effectiveDate = "2026-01-01", byte[]? batchCertificate = null)
    {
        var report = new JsonObject { ["status"] = status, ["effectiveDate"] = effectiveDate };
        if (batchCertificate is not null)
        {
            report["batchCertificate"] = Convert.ToBase64String(batchCertificate);
        }

        return report;
    }

    /// <summary>A BLOB.</summary>
    public byte[] Blob(SoftBlob? blob = null)
    {
        blob ??= new SoftBlob();
        var payload = new JsonObject
        {
            ["legalHeader"] = "Terms of the soft metadata service",
            ["no"] = blob.Number,
            ["nextUpdate"] = blob.NextUpdate,
            ["entries"] = new JsonArray([.. blob.Entries.Select(entry => entry.DeepClone())]),
        };
        blob.Payload?.Invoke(payload);
        var header = new JsonObject
        {
            ["alg"] = blob.Algorithm ?? (Signer.Key is RSA ? "RS256" : "ES256"),
            ["typ"] = "JWT",
            ["x5c"] = new JsonArray([.. (blob.Certificates ?? [Signer.Der, Intermediate.Der]).Select(der => (JsonNode)Convert.ToBase64String(der))]),
        };
        blob.Header?.Invoke(header);
        var input = Encoding.ASCII.GetBytes($"{Encode(header.ToJsonString())}.{Encode(blob.PayloadText?.Invoke(payload.ToJsonString()) ?? payload.ToJsonString())}");
        var signature = Signer.Key is RSA rsa
            ? rsa.SignData(input, HashAlgorithmName.SHA256, blob.Algorithm == "PS256" ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1)
            : ((ECDsa)Signer.Key).SignData(input, HashOf((ECDsa)Signer.Key), DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return [.. input, (byte)'.', .. Encoding.ASCII.GetBytes(Base64Url.EncodeToString(blob.Signature?.Invoke(signature) ?? signature))];
    }

    /// <summary>The lists of root and intermediate, from an hour before to a week after that time.</summary>
    public byte[][] RevocationLists(DateTimeOffset now, params IReadOnlyList<byte[]> revoked) =>
    [
        Root.RevocationList(now.AddHours(-1), now.AddDays(7), revoked),
        Intermediate.RevocationList(now.AddHours(-1), now.AddDays(7), revoked),
    ];

    private static HashAlgorithmName HashOf(ECDsa key) => key.KeySize switch
    {
        384 => HashAlgorithmName.SHA384,
        521 => HashAlgorithmName.SHA512,
        _ => HashAlgorithmName.SHA256,
    };

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}

/// <summary>What a BLOB says. Unset, it is a correct one without entries.</summary>
public sealed record SoftBlob
{
    /// <summary><c>no</c>.</summary>
    public long Number { get; init; } = 7;

    /// <summary><c>nextUpdate</c>.</summary>
    public string NextUpdate { get; init; } = "2026-09-01";

    /// <summary><c>entries</c>.</summary>
    public IReadOnlyList<JsonObject> Entries { get; init; } = [];

    /// <summary><c>alg</c>, if not the one that fits the signer's key.</summary>
    public string? Algorithm { get; init; }

    /// <summary><c>x5c</c>, if not signer and intermediate.</summary>
    public byte[][]? Certificates { get; init; }

    /// <summary>Changes the header before it is signed.</summary>
    public Action<JsonObject>? Header { get; init; }

    /// <summary>Changes the payload before it is signed.</summary>
    public Action<JsonObject>? Payload { get; init; }

    /// <summary>Changes the payload's text before it is signed.</summary>
    public Func<string, string>? PayloadText { get; init; }

    /// <summary>Changes the signature.</summary>
    public Func<byte[], byte[]>? Signature { get; init; }
}
