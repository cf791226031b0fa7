using Moi.Identity.Fido2;
using Moi.Identity.Idp.Data;

namespace Moi.Identity.Idp.Features.Metadata;

/// <summary><c>metadata import FILE [LIST …] | status</c>.</summary>
internal static class MetadataCommand
{
    private const string Usage = """
        metadata import FILE [LIST ...]   stores a BLOB of the FIDO Metadata Service, verified with the revocation lists of its signer
        metadata status                   the edition that is stored
        """;

    /// <returns>The exit status: 0 done, 1 refused, 2 not understood.</returns>
    internal static async Task<int> RunAsync(IServiceProvider services, string[] arguments, CancellationToken ct)
    {
        var import = services.GetRequiredService<MetadataImport>();
        switch (arguments)
        {
            case ["import", var file, .. var lists]:
                await DataFeature.PrepareAsync(services, ct);
                return await ImportAsync(import, file, lists, ct);
            case ["status"]:
                await DataFeature.PrepareAsync(services, ct);
                return await StatusAsync(import, services.GetRequiredService<TimeProvider>(), ct);
            default:
                await Console.Error.WriteLineAsync(Usage);
                return 2;
        }
    }

    private static async Task<int> ImportAsync(MetadataImport import, string file, string[] listFiles, CancellationToken ct)
    {
        var lists = new List<CertificateRevocationList>();
        byte[] blob = [];
        foreach (var (name, isList) in listFiles.Select(name => (name, true)).Prepend((file, false)))
        {
            if (await ReadAsync(name, isList ? CertificateRevocationList.LongestInBytes : MetadataBlob.LongestInBytes, ct) is not { } bytes)
            {
                return 2;
            }

            if (!isList)
            {
                blob = bytes;
            }
            else if (CertificateRevocationList.TryRead(bytes, out var list, out var fault))
            {
                lists.Add(list);
            }
            else
            {
                await Console.Error.WriteLineAsync($"{name} is no revocation list: {fault}");
                return 2;
            }
        }

        var result = await import.ImportAsync(blob, lists, tag: null, ct);
        if (result.Snapshot is { } snapshot)
        {
            var word = result.Outcome == MetadataOutcome.Replaced ? "in use" : "in use already";
            await Console.Out.WriteLineAsync($"no. {snapshot.Number}, {snapshot.Entries.Count} models, next {snapshot.NextUpdate:yyyy-MM-dd}: {word}");
            return 0;
        }

        await Console.Error.WriteLineAsync($"Refused, nothing was changed. {result.Failure}{Remedy(result.Failure!)}");
        return 1;
    }

    private static async Task<int> StatusAsync(MetadataImport import, TimeProvider time, CancellationToken ct)
    {
        if (await import.StoredAsync(ct) is not { } edition)
        {
            await Console.Out.WriteLineAsync("No metadata are stored.");
            return 0;
        }

        var isOverdue = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime) > edition.NextUpdate;
        await Console.Out.WriteLineAsync(
            $"no. {edition.Number}, stored {edition.StoredAt:yyyy-MM-dd HH:mm}Z, next {edition.NextUpdate:yyyy-MM-dd}{(isOverdue ? " (overdue)" : "")}");
        return 0;
    }

    private static string Remedy(MetadataFailure failure) => failure.Error switch
    {
        MetadataError.SignerRevoked => " Name current revocation lists of its root and intermediate behind the file; without them, Idp__Metadata__AllowMissingRevocationLists.",
        MetadataError.SignerUntrusted => " See Idp__Metadata__Root.",
        _ => "",
    };

    private static async Task<byte[]?> ReadAsync(string file, int most, CancellationToken ct)
    {
        try
        {
            if (new FileInfo(file) is { Exists: true } info && info.Length > most)
            {
                await Console.Error.WriteLineAsync($"{file} is longer than {most} bytes.");
                return null;
            }

            return await File.ReadAllBytesAsync(file, ct);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"{file} cannot be read: {e.Message}");
            return null;
        }
    }
}
