using System.Security.Cryptography;
using System.Text.Json;

namespace Moi.Identity.Fido2.Fuzz.Driving;

/// <summary>What is known about one target from all runs so far: a folder that the next run goes on from.</summary>
internal sealed class WorkFolder
{
    private readonly string _corpus;
    private readonly string _findings;
    private readonly string _statistics;

    internal WorkFolder(string root, string target)
    {
        var folder = Path.Combine(root, target);
        (_corpus, _findings) = (Path.Combine(folder, "corpus"), Path.Combine(folder, "findings"));
        _statistics = Path.Combine(folder, "statistics.json");
        RunningInput = Path.Combine(folder, "running.bin");
        Directory.CreateDirectory(_corpus);
        Directory.CreateDirectory(_findings);
    }

    /// <summary>Holds the input that is running, so that it is known when the process dies of it.</summary>
    internal string RunningInput { get; }

    internal IEnumerable<byte[]> Corpus() => Directory.EnumerateFiles(_corpus).Order(StringComparer.Ordinal).Select(File.ReadAllBytes);

    internal int FindingCount => Directory.EnumerateFiles(_findings, "*.bin").Count();

    internal void Keep(byte[] input) => File.WriteAllBytes(Path.Combine(_corpus, Name(input)), input);

    internal void Keep(Finding finding)
    {
        var path = Path.Combine(_findings, Name(finding.Input));
        File.WriteAllBytes(path, finding.Input);
        File.WriteAllText(Path.ChangeExtension(path, ".txt"), $"{finding.Kind}\n\n{finding.Detail}\n");
    }

    internal RunStatistics Statistics()
        => File.Exists(_statistics) ? JsonSerializer.Deserialize<RunStatistics>(File.ReadAllText(_statistics))! : new RunStatistics();

    /// <summary>Written beside and moved, so that a run that is ended leaves the old ones or the new.</summary>
    internal void Keep(RunStatistics statistics)
    {
        File.WriteAllText(_statistics + ".new", JsonSerializer.Serialize(statistics));
        File.Move(_statistics + ".new", _statistics, overwrite: true);
    }

    private static string Name(byte[] input) => Convert.ToHexStringLower(SHA256.HashData(input))[..20] + ".bin";
}

/// <summary>Sums over all runs of a target.</summary>
internal sealed record RunStatistics
{
    public long Executions { get; init; }

    /// <summary>Time on the clock.</summary>
    public double Seconds { get; init; }

    /// <summary>Time on a processor, which is less where others want it too.</summary>
    public double ProcessorSeconds { get; init; }

    public int Runs { get; init; }

    /// <summary>Inputs of the corpus that reach something that no shorter one of it reaches.</summary>
    public int Corpus { get; init; }

    public int Edges { get; init; }
}
