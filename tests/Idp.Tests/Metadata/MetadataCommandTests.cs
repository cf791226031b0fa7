using System.Net;
using System.Security.Cryptography;
using Moi.Identity.Idp.Tests.Operations;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Metadata;

/// <summary>The command line, beside a running server.</summary>
public sealed class MetadataCommandTests
{
    [Fact]
    public async Task Metadata_are_imported_from_a_file_while_the_server_runs()
    {
        var service = new SoftMetadataService();
        var folder = Directory.CreateTempSubdirectory("moi-mds-").FullName;
        var (root, file) = (Path.Combine(folder, "root.crt"), Path.Combine(folder, "blob.jwt"));
        await File.WriteAllBytesAsync(root, service.Root.Der);
        await File.WriteAllBytesAsync(file, service.Blob(new SoftBlob { Number = 7, NextUpdate = "2049-01-01" }));
        var digest = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(file)));
        await using var idp = new IdpProcess(new Dictionary<string, string?>
        {
            ["Idp__Metadata__Root"] = root,
            ["Idp__Metadata__AllowMissingRevocationLists"] = "true",
        });

        (await idp.RunAsync("metadata", "status")).Output.ShouldContain("No metadata are stored.");
        await idp.StartAsync();
        (await Health.UntilAsync(idp, HttpStatusCode.OK, "metadata")).ShouldContain("No FIDO metadata");

        var (code, output) = await idp.RunAsync("metadata", "import", file);
        code.ShouldBe(0, output);
        output.ShouldContain("no. 7, 0 models, next 2049-01-01: in use");
        (await idp.RunAsync("metadata", "import", file)).Output.ShouldContain("in use already");
        (await idp.RunAsync("metadata", "status")).Output.ShouldContain("no. 7, stored ");

        await File.WriteAllBytesAsync(file, service.Blob(new SoftBlob { Number = 6, NextUpdate = "2049-01-01" }));
        (code, output) = await idp.RunAsync("metadata", "import", file);
        code.ShouldBe(1);
        output.ShouldContain("Rollback");
        var stored = (await AuditTrail.ReadAsync(idp.DataPath, "metadata.stored")).ShouldHaveSingleItem();
        ((int?)stored["number"]).ShouldBe(7);
        ((string?)stored["next_update"]).ShouldBe("2049-01-01");
        ((string?)stored["digest"]).ShouldBe(digest);
        ((string?)stored["operator"]).ShouldNotBeNull();
        (await idp.RunAsync("metadata", "import", file, root)).Output.ShouldContain("no revocation list");
        Directory.Delete(folder, recursive: true);
    }
}
