using System.Security.Cryptography.X509Certificates;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests.Trust;

/// <summary>BLOBs as the FIDO Alliance published them, where they lie beside the checkout, and the root in certs/.</summary>
/// <remarks>Their signers expired years ago: the clock is set. Where they are not there, one of ours of that size is read.</remarks>
public sealed class RealMetadataTests(ITestOutputHelper output)
{
    private static readonly byte[] Root = X509Certificate2.CreateFromPem(File.ReadAllText(RepositoryRoot.File("certs", "fido-metadata", "globalsign-root-r3.crt"))).RawData;

    private static readonly SoftMetadataService ServiceOf2021 = Until("2022-05-14");
    private static readonly SoftMetadataService Service = Until("2024-07-09");

    [Fact(DisplayName = "R-MDS-1: the root in certs/ is the pinned one, and certs/SOURCES.md says so")]
    public void The_pinned_root()
    {
        MetadataBlobTests.Thumbprint(Root).ShouldBe(MetadataTrust.GlobalSignRootR3);
        using var certificate = X509CertificateLoader.LoadCertificate(Root);
        var sources = File.ReadAllText(RepositoryRoot.File("certs", "SOURCES.md"));
        sources.ShouldContain(MetadataTrust.GlobalSignRootR3);
        sources.ShouldContain($"{certificate.NotBefore.ToUniversalTime():yyyy-MM-dd} to {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}");
    }

    [Theory(DisplayName = "R-MDS-6: the BLOBs of 2021 and 2023 are read at their time, and not after their signers expired")]
    [InlineData("real-no9-2021-12.jwt", 9, 98, "2021-11-20", "2022-05-15")]
    [InlineData("real-no34-2023-11.jwt", 34, 175, "2023-10-20", "2024-07-10")]
    public void Real_blobs(string file, int number, int entries, string then, string later)
    {
        var (blob, trust) = Load(file, number, entries);
        var reading = MetadataBlob.Read(blob, trust, At(then));
        reading.Failure.ShouldBeNull();
        var snapshot = reading.Snapshot.ShouldNotBeNull();
        (snapshot.Number, snapshot.Entries.Count).ShouldBe((number, entries));
        snapshot.Omissions.ShouldBeEmpty();
        snapshot.Entries.ShouldAllBe(entry => entry.StatusReports.Count > 0 && entry.Description.Length > 0);

        MetadataBlob.Read(blob, trust with { AllowMissingRevocationLists = false }, At(then)).Failure!.Error.ShouldBe(MetadataError.SignerRevoked);
        MetadataBlob.Read(blob, trust with { RootThumbprints = [] }, At(then)).Failure!.Error.ShouldBe(MetadataError.SignerUntrusted);
        MetadataBlob.Read(blob, trust, At(later)).Failure!.Error.ShouldBe(MetadataError.SignerExpired);
        blob[blob.Length / 2] ^= 1;
        MetadataBlob.Read(blob, trust, At(then)).Succeeded.ShouldBeFalse();
    }

    [Fact(DisplayName = "R-MDS-1: the real list of the root covers the real intermediate; the other list is younger than the BLOB's signer")]
    public void Real_revocation_lists()
    {
        var (blob, trust) = Load("real-no34-2023-11.jwt", 34, 175);
        var ofRoot = SharedVectors.TryRead("crl/root-r3.crl") ?? Service.Root.RevocationList(At("2024-07-07"), At("2024-10-15"));
        var ofIntermediate = SharedVectors.TryRead("crl/gsextendvalsha2g3r3.crl") ?? Service.Intermediate.RevocationList(At("2024-08-31"), At("2024-09-07"));
        trust = trust with { RevocationLists = MetadataBlobTests.Lists([ofRoot, ofIntermediate]), AllowStale = true, AllowMissingRevocationLists = false };
        MetadataBlob.Read(blob, trust, At("2024-07-08")).Failure!.ToString().ShouldBe("SignerRevoked: No current revocation list speaks about a certificate.");
        MetadataBlob.Read(blob, trust with { AllowMissingRevocationLists = true }, At("2024-07-08")).Succeeded.ShouldBeTrue();
    }

    [Fact(DisplayName = "R-MDS-5: of a BLOB of 3 MB less than 30 MB are kept")]
    public void Bounds()
    {
        var (blob, trust) = Load("real-no34-2023-11.jwt", 34, 175);
        MetadataBlob.Read(blob, trust, At("2023-10-20")).Succeeded.ShouldBeTrue();

        // Of the whole process: other tests may keep something meanwhile, or let it go.
        var least = long.MaxValue;
        for (var i = 0; i < 3; i++)
        {
            var before = GC.GetTotalMemory(forceFullCollection: true);
            var snapshot = MetadataBlob.Read(blob, trust, At("2023-10-20")).Snapshot.ShouldNotBeNull();
            least = Math.Min(least, GC.GetTotalMemory(forceFullCollection: true) - before);
            GC.KeepAlive(snapshot);
        }

        output.WriteLine($"{blob.Length:N0} bytes: kept {least / 1024:N0} KiB");
        least.ShouldBeLessThan(30 * 1024 * 1024);
    }

    private static (byte[] Blob, MetadataTrust Trust) Load(string file, int number, int entries)
    {
        if (SharedVectors.TryRead($"mds/{file}") is { } real)
        {
            return (real, new MetadataTrust { Roots = [Root], AllowMissingRevocationLists = true });
        }

        var service = number == 9 ? ServiceOf2021 : Service;
        var icon = new string('A', 12_000);
        var blob = service.Blob(new SoftBlob
        {
            Number = number,
            NextUpdate = number == 9 ? "2021-12-01" : "2023-11-01",
            Entries = [.. Enumerable.Range(1, entries).Select(i =>
            {
                var entry = SoftMetadataService.Entry(new Guid(i, 0, 0, new byte[8]), [service.Root.Der], "FIDO_CERTIFIED_L1");
                entry["metadataStatement"]!["icon"] = icon;
                return entry;
            })],
        });
        return (blob, new MetadataTrust { Roots = [service.Root.Der], RootThumbprints = [MetadataBlobTests.Thumbprint(service.Root.Der)], AllowMissingRevocationLists = true });
    }

    private static SoftMetadataService Until(string notAfter)
    {
        var before2021 = new SoftCertificateShape { NotBefore = At("2021-01-01") };
        return new SoftMetadataService(
            SoftCertificateShape.Leaf(SoftMetadataService.SignerName) with { NotBefore = before2021.NotBefore, NotAfter = At(notAfter) }, before2021);
    }

    private static DateTimeOffset At(string date) => DateTimeOffset.Parse(date + "T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture);
}
