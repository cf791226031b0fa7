using System.Diagnostics;
using System.Globalization;

namespace Moi.Identity.Fido2.Fuzz.Driving;

/// <summary>What runs over the instrumented engine; called through <see cref="InstrumentedEngine"/>, so everything is text.</summary>
internal static class Session
{
    private static readonly TimeSpan BetweenNotes = TimeSpan.FromSeconds(10);

    /// <summary>An execution that takes longer never ends. Long, because the machine may be busy with other things.</summary>
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);

    private const int HangExitCode = 3;

    /// <summary>Searches a target and keeps everything in its folder. Arguments: target, seconds, folder, seed.</summary>
    internal static string[] Search(string[] arguments)
    {
        var target = FuzzTargets.Find(arguments[0])!;
        var duration = TimeSpan.FromSeconds(double.Parse(arguments[1], CultureInfo.InvariantCulture));
        var folder = new WorkFolder(arguments[2], target.Name);
        var (before, start, edges) = (folder.Statistics(), Stopwatch.GetTimestamp(), new EdgeMap());
        using var running = new RunningInput(folder.RunningInput);
        var run = new FuzzRun(target, edges, ulong.Parse(arguments[3], CultureInfo.InvariantCulture) + (ulong)before.Runs)
        {
            Kept = folder.Keep,
            Found = folder.Keep,
            Running = running.Set,
        };
        using var watch = Watch(run, folder);
        run.Load(Inputs(target).Concat(folder.Corpus()));
        for (var left = duration; left > TimeSpan.Zero; left = duration - Stopwatch.GetElapsedTime(start))
        {
            run.Search(left < BetweenNotes ? left : BetweenNotes);
            folder.Keep(Sum(before, run, edges, start));
        }

        return Lines(target, run, edges);
    }

    /// <summary>Searches targets for a moment each and keeps nothing. Arguments: seconds for each, seed, targets.</summary>
    /// <returns>A line for each: target, executions, edges of the seeds, edges afterwards, kinds of findings.</returns>
    internal static string[] Try(string[] arguments)
    {
        var lines = new List<string>();
        foreach (var name in arguments[2..])
        {
            var (target, edges) = (FuzzTargets.Find(name)!, new EdgeMap());
            var run = new FuzzRun(target, edges, ulong.Parse(arguments[1], CultureInfo.InvariantCulture));
            run.Load(Inputs(target));
            var ofSeeds = edges.Count;
            run.Search(TimeSpan.FromSeconds(double.Parse(arguments[0], CultureInfo.InvariantCulture)), () => run.Findings.Count > 0);
            lines.Add(string.Create(
                CultureInfo.InvariantCulture, $"{name}\t{run.Executions}\t{ofSeeds}\t{edges.Count}\t{string.Join("; ", run.Findings.Select(finding => finding.Kind))}"));
        }

        return [.. lines];
    }

    /// <summary>What was reached, a row for each target, and what was not. Argument: folder.</summary>
    internal static string[] Branches(string[] arguments)
    {
        var results = FuzzTargets.All.Select(target => BranchReport.Of(target, new WorkFolder(arguments[0], target.Name))).ToArray();
        return
        [
            "| target | corpus | executions | edges | branches of the parser | minutes | on a processor | findings |",
            "|---|---|---|---|---|---|---|---|",
            .. results.Select(result => result.Row),
            "",
            "Not reached:",
            .. results.SelectMany(result => result.Missing),
        ];
    }

    /// <summary>The seeds of a target, and what once broke something.</summary>
    internal static IEnumerable<byte[]> Inputs(FuzzTarget target)
        => target is Targets.PlantedTarget
            ? target.MakeSeeds().Select(seed => seed.Input)
            : Seeding.SeedFile.Seeds(target).Concat(Seeding.SeedFile.Findings(target)).Select(seed => seed.Input);

    private static Timer Watch(FuzzRun run, WorkFolder folder)
    {
        var last = -1L;
        return new Timer(
            _ =>
            {
                if (last == run.Executions)
                {
                    folder.Keep(new Finding("Hang", $"Longer than {Hang}.", RunningInput.Read(folder.RunningInput)));
                    Environment.Exit(HangExitCode);
                }

                last = run.Executions;
            },
            null,
            Hang,
            Hang);
    }

    private static RunStatistics Sum(RunStatistics before, FuzzRun run, EdgeMap edges, long start) => before with
    {
        Executions = before.Executions + run.Executions,
        Seconds = before.Seconds + Stopwatch.GetElapsedTime(start).TotalSeconds,
        ProcessorSeconds = before.ProcessorSeconds + Environment.CpuUsage.TotalTime.TotalSeconds,
        Runs = before.Runs + 1,
        Corpus = run.CorpusSize,
        Edges = edges.Count,
    };

    private static string[] Lines(FuzzTarget target, FuzzRun run, EdgeMap edges)
        => [string.Create(CultureInfo.InvariantCulture, $"{target.Name}: {run.Executions} executions, {run.CorpusSize} inputs, {edges.Count} edges, {run.Findings.Count} findings"), .. run.Findings.Select(finding => $"  {finding.Kind}")];
}
