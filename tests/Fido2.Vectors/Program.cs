using System.Text.Json;
using Moi.Identity.Fido2;
using Moi.Identity.Fido2.Vectors;

// dotnet run --project tests/Fido2.Vectors -c Release -- [--json RESULT.json] [--conformance] FILE-OR-FOLDER ...
var mode = EngineMode.Specification;
string? jsonPath = null;
var paths = new List<string>();
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--conformance":
            mode = EngineMode.Conformance;
            break;
        case "--json" when i + 1 < args.Length:
            jsonPath = args[++i];
            break;
        case var path when File.Exists(path):
            paths.Add(path);
            break;
        case var path when Directory.Exists(path):
            paths.AddRange(Directory.EnumerateFiles(path, "*.json", SearchOption.AllDirectories).Where(IsVectorFile).Order(StringComparer.Ordinal));
            break;
        default:
            Console.Error.WriteLine($"{args[i]}: no such file or folder.");
            return 2;
    }
}

if (paths.Count == 0)
{
    Console.Error.WriteLine("usage: Fido2.Vectors [--json RESULT.json] [--conformance] FILE-OR-FOLDER ...");
    return 2;
}

var outcomes = new List<VectorOutcome>();
var failed = 0;
foreach (var path in paths)
{
    var file = VectorFile.Read(path);
    var runner = new VectorRunner(mode, file.TrustAnchors);
    var failedHere = 0;
    foreach (var vector in file.Vectors)
    {
        var outcome = runner.Run(vector);
        outcomes.Add(outcome);
        if (outcome.Difference(vector, mode) is { } difference)
        {
            failedHere++;
            Console.WriteLine(difference);
        }
    }

    Console.WriteLine($"{Path.GetFileName(path)}: {file.Vectors.Length - failedHere} passed, {failedHere} failed");
    failed += failedHere;
}

if (jsonPath is not null)
{
    await File.WriteAllBytesAsync(jsonPath, JsonSerializer.SerializeToUtf8Bytes([.. outcomes], VectorJsonContext.Default.VectorOutcomeArray));
}

Console.WriteLine($"{outcomes.Count - failed} passed, {failed} failed");
return failed == 0 ? 0 : 1;

// A folder may hold other JSON too, such as names of authenticator models.
static bool IsVectorFile(string path)
{
    using var document = JsonDocument.Parse(File.ReadAllBytes(path));
    return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("vectors", out _);
}
