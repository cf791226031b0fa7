using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Moi.Identity.Fido2;

namespace Moi.Identity.Idp.Features.Conformance;

/// <summary>
/// Reads the tests' metadata. They bring loose statements and several BLOBs at once, where the engine knows one BLOB: the
/// statements and the entries of the BLOBs that verify become one, which <see cref="ConformanceBlob"/> signs.
/// </summary>
internal sealed partial class ConformanceMetadata(IOptions<ConformanceOptions> options, ILogger<ConformanceMetadata> logger)
{
    /// <summary>What the engine shall trust; nothing where no folder is named.</summary>
    internal AttestationTrustSource Load(DateTimeOffset now)
    {
        if (options.Value.MetadataPath is not { } folder)
        {
            return AttestationTrustSource.None;
        }

        var entries = new List<JsonObject>();
        foreach (var file in Files(folder, "*.json"))
        {
            AddTo(entries, EntryOf(ReadStatement(file)), file);
        }

        foreach (var file in Files(folder, "*.jwt"))
        {
            foreach (var entry in ReadBlob(file, folder, now))
            {
                AddTo(entries, entry, file);
            }
        }

        LogLoaded(logger, entries.Count);
        return new AttestationTrustSource(ConformanceBlob.Store(entries, now));
    }

    private List<JsonObject> ReadBlob(string file, string folder, DateTimeOffset now)
    {
        var blob = File.ReadAllBytes(file);
        var reading = MetadataBlob.Read(blob, Trust(folder), now);
        if (!reading.Succeeded)
        {
            LogRefused(logger, Path.GetFileName(file), reading.Failure.Error, reading.Failure.Detail);
            return [];
        }

        // What stands between the dots was verified a moment ago.
        var text = System.Text.Encoding.ASCII.GetString(blob).Trim().Split('.')[1];
        var payload = JsonNode.Parse(Base64Url.DecodeFromChars(text))!;
        return [.. payload["entries"]!.AsArray().OfType<JsonObject>().Select(entry => entry.DeepClone().AsObject())];
    }

    private MetadataTrust Trust(string folder)
    {
        ReadOnlyMemory<byte>[] roots = [.. Files(folder, "*.crt").Select(file => new ReadOnlyMemory<byte>(X509CertificateLoader.LoadCertificateFromFile(file).RawData))];
        return new MetadataTrust
        {
            Roots = roots,
            RootThumbprints = [.. roots.Select(root => Convert.ToHexStringLower(SHA256.HashData(root.Span)))],
            RevocationLists = [.. Files(folder, "*.crl").Select(ReadList)],
            SignerName = options.Value.MetadataSigner,
        };
    }

    private static CertificateRevocationList ReadList(string file)
        => CertificateRevocationList.TryRead(File.ReadAllBytes(file), out var list, out var fault)
            ? list
            : throw new InvalidOperationException($"{file} is no revocation list in DER: {fault}");

    private static JsonObject ReadStatement(string file)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllBytes(file))!.AsObject();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException)
        {
            throw new InvalidOperationException($"{file} is no metadata statement.", e);
        }
    }

    /// <summary>A statement says of itself which model it is about; an entry repeats that beside it.</summary>
    private static JsonObject EntryOf(JsonObject statement)
    {
        var entry = new JsonObject { ["metadataStatement"] = statement, ["statusReports"] = new JsonArray() };
        foreach (var name in ConformanceBlob.Identifiers)
        {
            if (statement[name] is { } value)
            {
                entry[name] = value.DeepClone();
            }
        }

        return entry;
    }

    /// <summary>The engine wants one entry for a model; the first one counts.</summary>
    private void AddTo(List<JsonObject> entries, JsonObject entry, string file)
    {
        if (entries.Exists(known => ConformanceBlob.Models(known).Intersect(ConformanceBlob.Models(entry), StringComparer.OrdinalIgnoreCase).Any()))
        {
            LogTwice(logger, Path.GetFileName(file));
            return;
        }

        entries.Add(entry);
    }

    private static string[] Files(string folder, string pattern) => [.. Directory.GetFiles(folder, pattern).Order(StringComparer.Ordinal)];

    [LoggerMessage(EventId = 2301, Level = LogLevel.Information, Message = "Conformance metadata: {Count} models")]
    private static partial void LogLoaded(ILogger logger, int count);

    [LoggerMessage(EventId = 2302, Level = LogLevel.Warning, Message = "Conformance metadata {File} refused: {Error} {Detail}")]
    private static partial void LogRefused(ILogger logger, string file, MetadataError error, string detail);

    [LoggerMessage(EventId = 2303, Level = LogLevel.Warning, Message = "Conformance metadata {File} is about a model that is known already")]
    private static partial void LogTwice(ILogger logger, string file);
}
