using System.Text.Json.Nodes;
using Moi.Identity.Idp.Tests.Hosting;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Conformance;

/// <summary>A server with the interface switched on, and a folder of metadata for it.</summary>
public sealed class ConformanceServer : IAsyncLifetime
{
    internal const string Origin = IdpApplication.Origin;

    private readonly string _data = Directory.CreateTempSubdirectory("moi-idp-").FullName;
    private readonly string _metadata = Directory.CreateTempSubdirectory("moi-metadata-").FullName;

    /// <summary>The server.</summary>
    public IdpApplication App { get; private set; } = null!;

    internal Models Models { get; } = new();

    public ValueTask InitializeAsync()
    {
        App = new IdpApplication(new Dictionary<string, string?>
        {
            ["Idp:DataPath"] = _data,
            ["Idp:Conformance:Enabled"] = "true",
            ["Idp:Conformance:MetadataPath"] = _metadata,
        });
        foreach (var (name, statement) in Models.Statements())
        {
            File.WriteAllText(Path.Combine(_metadata, name + ".json"), statement.ToJsonString());
        }

        WriteService("good", MetadataModels.Good());
        WriteService("signature", MetadataModels.Unsigned, blob => blob with { Signature = Bend.Flip });
        WriteService("chain", MetadataModels.Unchained, isRootKnown: false);
        WriteService("intermediate", MetadataModels.Untrusted, revoked: service => service.Intermediate);
        WriteService("leaf", MetadataModels.Revoked, revoked: service => service.Signer);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        Directory.Delete(_data, recursive: true);
        Directory.Delete(_metadata, recursive: true);
    }

    private void WriteService(
        string name, IReadOnlyList<JsonObject> entries, Func<SoftBlob, SoftBlob>? change = null, bool isRootKnown = true,
        Func<SoftMetadataService, SoftCertificate>? revoked = null)
    {
        var now = App.Time.GetUtcNow();
        var service = new SoftMetadataService();
        var blob = new SoftBlob { Entries = entries, NextUpdate = "2026-12-31" };
        File.WriteAllBytes(Path.Combine(_metadata, name + ".jwt"), service.Blob(change?.Invoke(blob) ?? blob));
        if (isRootKnown)
        {
            File.WriteAllBytes(Path.Combine(_metadata, name + ".crt"), service.Root.Der);
        }

        byte[][] serialNumbers = revoked is null ? [] : [revoked(service).SerialNumber];
        var lists = service.RevocationLists(now, serialNumbers);
        for (var i = 0; i < lists.Length; i++)
        {
            File.WriteAllBytes(Path.Combine(_metadata, $"{name}-{i}.crl"), lists[i]);
        }
    }
}
