// Takes every check of the FIDO2 engine away, one at a time, and looks whether a test notices.
//
//   dotnet run tools/mutation.cs [-- FIRST-PART-OF-A-PATH]      for instance: Attestation/Tpm
//
// Each condition of each Require(…) in src/Fido2 becomes a mutant that always holds, chosen by an environment variable,
// so that one build serves all of them. Works on a copy of the committed tree in a temporary folder. Prints a line for
// each mutant that survived and ends with "N killed, N survived"; the exit status is 0 only when none did.
// A condition whose variables the rest of the method needs cannot be taken away by this means; those are counted.

#:property RunAnalyzers=false
#:property RestorePackagesWithLockFile=false

using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

var root = Run(Environment.CurrentDirectory, null, "git", "rev-parse", "--show-toplevel").Output.Trim();
var only = args.FirstOrDefault() ?? "";
var copy = Directory.CreateTempSubdirectory("mutation-").FullName;
Run(root, null, "git", "worktree", "add", "--detach", copy, "HEAD");
try
{
    var engine = Path.Combine(copy, "src/Fido2");
    var sources = Directory.GetFiles(engine, "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains("/obj/") && !file.Contains("/bin/"))
        .Where(file => Path.GetRelativePath(engine, file).StartsWith(only, StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)
        .ToDictionary(file => file, File.ReadAllText);
    var mutants = sources.SelectMany(source => Mutants(source.Key, source.Value)).Select((mutant, i) => mutant with { Number = i }).ToList();
    File.WriteAllText(Path.Combine(engine, "Mutant.cs"), """
        namespace Moi.Identity.Fido2;

        internal static class Mutant
        {
            private static readonly string? Active = System.Environment.GetEnvironmentVariable("MUTANT");

            internal static bool Is(string number) => number == Active;
        }
        """);

    // What does not compile as a mutant stays as it was.
    var impossible = 0;
    for (var round = 0; ; round++)
    {
        foreach (var (file, text) in sources)
        {
            File.WriteAllText(file, Instrument(text, mutants.Where(m => m.File == file)));
        }

        var build = Run(copy, null, "dotnet", "build", "tests/Fido2.Tests", "-c", "Debug", "-v", "quiet", "-nologo", "-p:RunAnalyzers=false");
        if (build.ExitCode == 0)
        {
            break;
        }

        var broken = Regex.Matches(build.Output, @"(?<file>/\S+\.cs)\((?<line>\d+),\d+\): error")
            .Select(m => (File: m.Groups["file"].Value, Line: int.Parse(m.Groups["line"].Value))).ToHashSet();
        var out_ = mutants.Where(m => broken.Any(b => b.File == m.File && b.Line >= m.Line && b.Line <= m.Line + m.Reach)).ToHashSet();
        if (out_.Count == 0 || round > 20)
        {
            Console.Error.WriteLine(build.Output);
            return 2;
        }

        impossible += out_.Count;
        mutants.RemoveAll(out_.Contains);
    }

    var tests = Path.Combine(copy, "tests/Fido2.Tests/bin/Debug/net10.0/Moi.Identity.Fido2.Tests");
    string[] fast = ["--no-ansi", "--progress", "off", "--stop-on-fail", "on"];
    if (Run(copy, null, tests, fast) is { ExitCode: not 0 } plain)
    {
        Console.Error.WriteLine("The tests fail without any mutant:\n" + plain.Output);
        return 2;
    }

    var survived = 0;
    foreach (var mutant in mutants)
    {
        if (Run(copy, mutant.Number.ToString(), tests, fast).ExitCode == 0)
        {
            survived++;
            Console.WriteLine($"survived  {Path.GetRelativePath(copy, mutant.File)}:{mutant.Line}  {mutant.Condition}");
        }
    }

    Console.WriteLine($"{impossible} conditions could not be taken away alone");
    Console.WriteLine($"{mutants.Count - survived} killed, {survived} survived");
    return survived == 0 ? 0 : 1;
}
finally
{
    Run(root, null, "git", "worktree", "remove", "--force", copy);
}

// Every top-level conjunct of the first argument of every Require(…).
static IEnumerable<Mutation> Mutants(string file, string text)
{
    foreach (Match call in Regex.Matches(text, @"(?<![\w.""'])Require\("))
    {
        if (text[..call.Index].EndsWith("static void ", StringComparison.Ordinal) || IsComment(text, call.Index))
        {
            continue;
        }

        var start = call.Index + call.Length;
        var depth = 0;
        var piece = start;
        for (var i = start; i < text.Length; i++)
        {
            var c = text[i];
            if (c is '"' or '\'')
            {
                i = text.IndexOf(c, i + 1);
                continue;
            }

            depth += c is '(' or '[' or '{' ? 1 : c is ')' or ']' or '}' ? -1 : 0;
            var isEnd = depth == 0 && c == ',';
            if (isEnd || (depth == 0 && c == '&' && text[i + 1] == '&'))
            {
                var line = text[..piece].Count(x => x == '\n') + 1;
                var condition = text[piece..i];
                yield return new Mutation(file, line, 30, piece, i, Regex.Replace(condition, @"\s+", " ").Trim(), 0);
                piece = i + 2;
                i++;
            }

            if (isEnd || depth < 0)
            {
                break;
            }
        }
    }
}

static bool IsComment(string text, int index)
    => text.AsSpan(text.LastIndexOf('\n', index) + 1, index - text.LastIndexOf('\n', index) - 1).TrimStart().StartsWith("//");

static string Instrument(string text, IEnumerable<Mutation> mutants)
{
    var result = new StringBuilder(text);
    foreach (var m in mutants.OrderByDescending(m => m.Start))
    {
        result.Insert(m.End, $") || Mutant.Is(\"{m.Number}\"))").Insert(m.Start, "((");
    }

    return result.ToString();
}

static (int ExitCode, string Output) Run(string folder, string? mutant, string program, params string[] arguments)
{
    var start = new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = folder,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };
    start.Environment["MUTANT"] = mutant;
    start.Environment.Remove("CI");
    using var process = Process.Start(start)!;
    var error = process.StandardError.ReadToEndAsync();
    var output = process.StandardOutput.ReadToEnd();
    if (!process.WaitForExit(TimeSpan.FromMinutes(5)))
    {
        process.Kill(entireProcessTree: true);
    }

    process.WaitForExit();
    return (process.ExitCode, output + error.Result);
}

internal sealed record Mutation(string File, int Line, int Reach, int Start, int End, string Condition, int Number);
