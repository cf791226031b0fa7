using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Benchmarks;

/// <summary>A BLOB as large as the one of the FIDO Alliance, and a look at one of its models.</summary>
public class MetadataBenchmarks
{
    private const int Models = 420;
    private const int Bytes = 2_900_000;

    private static readonly Guid Wanted = new("00000000-0000-0000-0000-0000000000aa");

    private readonly SoftMetadataService _service = new();
    private MetadataTrust _trust = null!;
    private MetadataSnapshot _snapshot = null!;
    private byte[] _blob = [];

    [GlobalSetup]
    public void Prepare()
    {
        var root = SoftAttestationAuthority.Default(Wanted).Root;
        var entries = Enumerable.Range(0, Models)
            .Select(i => SoftMetadataService.Entry(i == 0 ? Wanted : new Guid(i, 1, 2, [3, 4, 5, 6, 7, 8, 9, 10]), [root, root], "FIDO_CERTIFIED_L1"))
            .ToArray();

        // Icons are what makes the real one large: each entry is filled up evenly, before base64.
        var icon = (Bytes * 3 / 4 - entries.Sum(entry => entry.ToJsonString().Length)) / Models;
        foreach (var entry in entries)
        {
            entry["metadataStatement"]!["icon"] = "data:image/png;base64," + new string('A', icon);
        }

        _blob = _service.Blob(new SoftBlob { Entries = entries });
        _trust = new MetadataTrust
        {
            Roots = [_service.Root.Der],
            RootThumbprints = [Convert.ToHexStringLower(SHA256.HashData(_service.Root.Der))],
            RevocationLists = [.. _service.RevocationLists(Ceremonies.Time.GetUtcNow()).Select(Read)],
        };
        _snapshot = Parse();
        Console.WriteLine($"// BLOB of {_blob.Length:N0} bytes with {_snapshot.Entries.Count} models; kept in memory: {Kept():N0} bytes");
    }

    [Benchmark(Description = "metadata BLOB verified and parsed")]
    public MetadataSnapshot Parse()
        => MetadataBlob.Read(_blob, _trust, Ceremonies.Time.GetUtcNow()) is { Succeeded: true } reading
            ? reading.Snapshot
            : throw new InvalidOperationException("A good BLOB is refused.");

    [Benchmark(Description = "look-up of a model by AAGUID")]
    public MetadataEntry? LookUp() => _snapshot.TryFind(Wanted, out var entry) ? entry : null;

    private static CertificateRevocationList Read(byte[] der)
        => CertificateRevocationList.TryRead(der, out var list, out var fault) ? list : throw new InvalidOperationException(fault);

    private long Kept()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var snapshot = Parse();
        var after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(snapshot);
        return after - before;
    }
}
