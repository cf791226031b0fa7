using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Moi.Identity.Fido2.Certificates;
using static Moi.Identity.Fido2.MetadataException;

namespace Moi.Identity.Fido2.Metadata;

/// <summary>Turns the payload of a BLOB, whose signature was verified, into a snapshot; FIDO Metadata Service v3 §3.1.</summary>
/// <remarks>Tolerant of what is not known yet: members, words and models of other kinds. Two entries for one model are not
/// tolerated: one of them could hide the other's status.</remarks>
internal sealed class BlobReader
{
    private const int MostEntries = 20_000;
    private const int LongestCertificateInBase64 = 24 * 1024;

    /// <summary>Models of one maker share roots; each is kept and read once.</summary>
    private readonly Dictionary<string, TrustAnchor?> _anchors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _words = new(StringComparer.Ordinal);
    private readonly List<string> _omissions = [];

    internal static MetadataSnapshot Read(byte[] payload, ReadOnlySpan<byte> blob)
    {
        try
        {
            var parsed = JsonSerializer.Deserialize(payload, MetadataJsonContext.Default.BlobPayload);
            Require(parsed is not null, MetadataError.Payload, "The payload is no object.");
            return new BlobReader().Read(parsed, Convert.ToHexStringLower(SHA256.HashData(blob.Trim(" \t\r\n"u8))));
        }
        catch (JsonException exception)
        {
            throw new MetadataException(MetadataError.Payload, $"Not the expected JSON at {exception.Path}.");
        }
    }

    private MetadataSnapshot Read(BlobPayload payload, string digest)
    {
        Require(!string.IsNullOrWhiteSpace(payload.LegalHeader), MetadataError.LegalHeader);
        Require(payload.Number is > 0, MetadataError.Payload, "no");
        var nextUpdate = ReadDate(payload.NextUpdate) ?? throw new MetadataException(MetadataError.Payload, "nextUpdate");
        Require(payload.Entries is { Count: <= MostEntries }, MetadataError.Payload, "entries");
        var entries = new List<MetadataEntry>(payload.Entries.Count);
        var models = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < payload.Entries.Count; i++)
        {
            if (payload.Entries[i] is { } entry && ReadEntry(entry, i) is { } model)
            {
                Require(IdentifiersOf(model).All(models.Add), MetadataError.Payload, $"Entry {i} is about a model that is there already.");
                entries.Add(model);
            }
        }

        return new MetadataSnapshot(entries)
        {
            Number = payload.Number.Value,
            NextUpdate = nextUpdate,
            LegalHeader = payload.LegalHeader,
            Digest = digest,
            Omissions = _omissions,
        };
    }

    private MetadataEntry? ReadEntry(BlobEntry entry, int position)
    {
        var hasAaguid = Guid.TryParseExact(entry.Aaguid, "D", out var aaguid);
        var keyIdentifiers = (entry.KeyIdentifiers ?? []).OfType<string>().Select(identifier => identifier.ToLowerInvariant()).Distinct().ToArray();
        if (!hasAaguid && string.IsNullOrEmpty(entry.Aaid) && keyIdentifiers.Length == 0)
        {
            _omissions.Add($"Entry {position} does not say which model it is about.");
            return null;
        }

        var statement = entry.Statement ?? new BlobStatement();
        var roots = (statement.Roots ?? []).Select(root => ReadRoot(root, position)).OfType<TrustAnchor>().Distinct().ToArray();
        var reports = (entry.StatusReports ?? []).OfType<BlobStatusReport>().Select(report => ReadReport(report, position)).ToArray();
        return new MetadataEntry(roots, reports)
        {
            Aaguid = hasAaguid ? aaguid : null,
            Aaid = string.IsNullOrEmpty(entry.Aaid) ? null : entry.Aaid,
            KeyIdentifiers = keyIdentifiers,
            Description = statement.Description ?? "",
            ProtocolFamily = Word(statement.ProtocolFamily ?? ""),
            AuthenticationAlgorithms = Words(statement.AuthenticationAlgorithms),
            AttestationTypes = Words(statement.AttestationTypes),
            KeyProtection = Words(statement.KeyProtection),
            TimeOfLastStatusChange = ReadDate(entry.TimeOfLastStatusChange),
            RogueListUrl = entry.RogueListUrl,
            RogueListHash = entry.RogueListHash,
        };
    }

    private MetadataStatusReport ReadReport(BlobStatusReport report, int position)
    {
        var certificates = new List<TrustAnchor>();
        foreach (var text in new[] { report.Certificate, report.BatchCertificate })
        {
            // SECURITY: a scope that cannot be read is no scope, so that the status counts for the whole model.
            if (!string.IsNullOrWhiteSpace(text))
            {
                if (Decode(text) is not { } der)
                {
                    _omissions.Add($"Entry {position} has a status about a certificate that is none.");
                    certificates.Clear();
                    break;
                }

                certificates.Add(new TrustAnchor(der));
            }
        }

        return new MetadataStatusReport
        {
            Status = Word(report.Status ?? ""),
            EffectiveDate = ReadDate(report.EffectiveDate),
            CertificateThumbprints = [.. certificates.Select(certificate => certificate.Thumbprint)],
            CertificateKeyIdentifiers = [.. certificates.Select(certificate => certificate.KeyIdentifier).OfType<string>()],
            Url = report.Url,
        };
    }

    private TrustAnchor? ReadRoot(string? text, int position)
    {
        if (text is null)
        {
            return null;
        }

        if (!_anchors.TryGetValue(text, out var anchor))
        {
            anchor = Decode(text) is { } der ? new TrustAnchor(der) : null;
            _anchors.Add(text, anchor);
        }

        if (anchor?.Certificate is null)
        {
            _omissions.Add($"Entry {position} has a root that cannot be read.");
        }

        return anchor;
    }

    /// <summary>Base64, with the white space that some makers' statements have in it.</summary>
    private static byte[]? Decode(string text)
        => text.Length <= LongestCertificateInBase64 && Base64.IsValid(text) && Convert.FromBase64String(text) is { Length: > 0 } der ? der : null;

    private static IEnumerable<string> IdentifiersOf(MetadataEntry entry)
    {
        if (entry.Aaguid is { } aaguid)
        {
            yield return aaguid.ToString("D");
        }

        if (entry.Aaid is not null)
        {
            yield return entry.Aaid.ToLowerInvariant();
        }

        foreach (var identifier in entry.KeyIdentifiers)
        {
            yield return identifier;
        }
    }

    private string[] Words(List<string?>? texts) => [.. (texts ?? []).OfType<string>().Select(Word)];

    /// <summary>The registry has few words, and they stand there thousands of times.</summary>
    private string Word(string text)
    {
        if (!_words.TryGetValue(text, out var word))
        {
            _words.Add(text, word = text);
        }

        return word;
    }

    private static DateOnly? ReadDate(string? text)
        => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;
}
