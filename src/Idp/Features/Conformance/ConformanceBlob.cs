using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Moi.Identity.Fido2;

namespace Moi.Identity.Idp.Features.Conformance;

/// <summary>One BLOB of many entries, signed with a key that nobody has: it is forgotten when this method returns.</summary>
internal static class ConformanceBlob
{
    private const string Signer = "Conformance";

    /// <summary>The members of an entry that say which model it is about.</summary>
    internal static IReadOnlyList<string> Identifiers { get; } = ["aaguid", "aaid", "attestationCertificateKeyIdentifiers"];

    internal static IEnumerable<string> Models(JsonObject entry)
        => Identifiers.SelectMany(name => entry[name] switch
        {
            JsonArray many => many.Select(one => one?.ToString()),
            { } one => [one.ToString()],
            null => [],
        }).OfType<string>();

    internal static MetadataStore Store(IEnumerable<JsonObject> entries, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={Signer}", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var header = new JsonObject { ["alg"] = "ES256", ["x5c"] = new JsonArray(Convert.ToBase64String(certificate.RawData)) };
        var payload = new JsonObject
        {
            ["legalHeader"] = "For conformance tests.",
            ["no"] = 1,
            ["nextUpdate"] = now.AddDays(1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            ["entries"] = new JsonArray([.. entries]),
        };
        var signed = $"{Encode(header)}.{Encode(payload)}";
        var signature = key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256);
        var store = new MetadataStore();
        var offer = store.Offer(
            Encoding.ASCII.GetBytes($"{signed}.{Base64Url.EncodeToString(signature)}"),
            new MetadataTrust
            {
                Roots = [certificate.RawData],
                RootThumbprints = [Convert.ToHexStringLower(SHA256.HashData(certificate.RawData))],
                SignerName = Signer,
                AllowMissingRevocationLists = true,
            },
            now);
        return offer.Failure is { } failure
            ? throw new InvalidOperationException($"The metadata of the conformance tests cannot be used: {failure.Error} {failure.Detail}")
            : store;
    }

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
