using System.Diagnostics;
using System.Globalization;
using Moi.Identity.Fido2.Fuzz.Driving;
using Moi.Identity.Fido2.Fuzz.Seeding;

namespace Moi.Identity.Fido2.Fuzz;

/// <summary>The commands; docs/security/fuzzing.md says when to use which.</summary>
internal static class CommandLine
{
    private const string Usage = """
        seeds FOLDER                              make the seeds anew with the soft authenticator
        run TARGET[,TARGET] [--minutes M] [--work FOLDER] [--seed N]
                                                  search; "all" for every target; goes on where the folder stopped
        report [--work FOLDER]                    what was reached, as a table
        replay TARGET FILE                        run one input and say what happened
        """;

    internal static int Run(string[] arguments)
    {
        switch (arguments)
        {
            case ["seeds", var folder]:
                return WriteSeeds(folder);
            case ["run", var targets, .. var options]:
                return Search(Names(targets), options);
            case ["search", var target, var seconds, var work, var seed]:
                Print(new InstrumentedEngine().Call(nameof(Session.Search), target, seconds, work, seed));
                return 0;
            case ["report", .. var options]:
                Print(BranchReport.Make(Work(options)));
                return 0;
            case ["replay", var target, var file]:
                return Replay(FuzzTargets.Find(target)!, File.ReadAllBytes(file));
            default:
                Console.Error.WriteLine(Usage);
                Console.Error.WriteLine("targets: " + string.Join(' ', FuzzTargets.All.Select(target => target.Name)));
                return 2;
        }
    }

    private static int WriteSeeds(string folder)
    {
        foreach (var target in FuzzTargets.All)
        {
            File.WriteAllText(Path.Combine(folder, target.Name + ".txt"), SeedFile.Write(target.MakeSeeds()));
        }

        return 0;
    }

    /// <summary>Each target in a process of its own, started again if an input ends it.</summary>
    private static int Search(IEnumerable<string> targets, string[] options)
    {
        var seconds = 60 * double.Parse(Option(options, "--minutes") ?? "20", CultureInfo.InvariantCulture);
        foreach (var target in targets)
        {
            var start = Stopwatch.GetTimestamp();
            for (var left = seconds; left > 0; left = seconds - Stopwatch.GetElapsedTime(start).TotalSeconds)
            {
                var text = left.ToString(CultureInfo.InvariantCulture);
                using var process = Process.Start(
                    Environment.ProcessPath!, [.. Host(), "search", target, text, Work(options), Option(options, "--seed") ?? "1"]);
                process.WaitForExit();
                if (process.ExitCode == 0)
                {
                    break;
                }

                var folder = new WorkFolder(Work(options), target);
                if (!File.Exists(folder.RunningInput))
                {
                    return process.ExitCode;
                }

                folder.Keep(new Finding("Process", $"Ended with {process.ExitCode}.", RunningInput.Read(folder.RunningInput)));
            }
        }

        return 0;
    }

    /// <summary>Nothing where the program is started by its own name, its assembly where <c>dotnet</c> starts it.</summary>
    private static string[] Host()
        => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Path.Combine(AppContext.BaseDirectory, "Moi.Identity.Fido2.Fuzz.dll")] : [];

    private static int Replay(FuzzTarget target, byte[] input)
    {
        var finding = Finding.Of(target, input);
        Console.WriteLine(finding is null ? "All is well." : $"{finding.Kind}\n{finding.Detail}");
        return finding is null ? 0 : 1;
    }

    private static IEnumerable<string> Names(string targets)
        => targets == "all" ? FuzzTargets.All.Select(target => target.Name) : targets.Split(',').Select(name => FuzzTargets.Find(name)!.Name);

    private static string Work(string[] options) => Path.GetFullPath(Option(options, "--work") ?? "artifacts/fuzz");

    private static string? Option(string[] options, string name)
        => Array.IndexOf(options, name) is var at and >= 0 && at + 1 < options.Length ? options[at + 1] : null;

    private static void Print(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            Console.WriteLine(line);
        }
    }
}
