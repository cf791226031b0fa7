// Takes every check of the FIDO2 engine away, one at a time, and looks whether a test notices.
//
//   nice -n 15 dotnet run tools/mutation.cs [-- [--slow] FIRST-PART-OF-A-PATH …]    for instance: Attestation/Tpm Data/
//
// Mutants, in src/Fido2: each condition of each Require(…) and each term of "return a && b" that always holds; each term of
// an if that answers "return false", "return null" or "throw" that never does. An environment variable chooses one, so that
// one build serves all of them. Works on a copy of the committed tree in a temporary folder.
//
// A mutant makes a difference only where its check says no, and the program can tell: first each test class runs alone, without
// a mutant, and says which checks said no. A mutant is then run against the fastest of those classes, and against the others if
// that one passes; one whose check never said no has survived without a run. Two run at a time. The classes that take longer than
// all others together, recorded ceremonies and those that change every byte, are run with --slow only.
//
// Prints a summary in Markdown; each verdict goes to the error stream. The exit status is 0 only when nothing survived.

#:property RunAnalyzers=false
#:property RestorePackagesWithLockFile=false

using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

const int TimedOut = -1000;
var slow = args.Contains("--slow") ? [] : new[] { "VectorTests", "MutationTests", "CertificateMutationTests" };
var paths = args.Where(arg => !arg.StartsWith('-')).ToArray();
var root = Run(Environment.CurrentDirectory, null, "git", "rev-parse", "--show-toplevel").Output.Trim();
var copy = Directory.CreateTempSubdirectory("mutation-").FullName;
Run(root, null, "git", "worktree", "add", "--detach", copy, "HEAD");
try
{
    var engine = Path.Combine(copy, "src/Fido2");
    var sources = Directory.GetFiles(engine, "*.cs", SearchOption.AllDirectories)
        .Where(file => paths.Length == 0 || paths.Any(part => Path.GetRelativePath(engine, file).StartsWith(part, StringComparison.Ordinal)))
        .Order(StringComparer.Ordinal)
        .ToDictionary(file => file, File.ReadAllText);
    var mutants = sources.SelectMany(source => Mutants(source.Key, source.Value)).ToList();
    var impossible = Build(copy, engine, sources, mutants);

    var program = Path.Combine(copy, "tests/Fido2.Tests/bin/Release/net10.0/Moi.Identity.Fido2.Tests");
    var classes = Directory.GetFiles(Path.Combine(copy, "tests/Fido2.Tests"), "*Tests.cs", SearchOption.AllDirectories)
        .Select(file => new TestClass(Path.GetFileNameWithoutExtension(file))).Where(tests => !slow.Contains(tests.Name)).ToArray();
    foreach (var tests in classes)
    {
        var seen = Path.GetTempFileName();
        var clock = Stopwatch.StartNew();
        var plain = Test(copy, program, [tests], new() { ["MUTANTS_SEEN"] = seen });
        if (plain.ExitCode != 0)
        {
            Console.Error.WriteLine($"{tests.Name} fails without any mutant:\n{plain.Output}");
            return 2;
        }

        tests.Time = clock.Elapsed;
        tests.Seen = [.. File.ReadAllLines(seen)];
        File.Delete(seen);
        Console.Error.WriteLine($"{tests.Name}: {tests.Time.TotalSeconds:0.0} s, {tests.Seen.Count} checks said no");
    }

    Parallel.ForEach(mutants, new ParallelOptions { MaxDegreeOfParallelism = 2 }, mutant =>
    {
        mutant.Fate = Try(copy, program, mutant, [.. classes.Where(tests => tests.Seen.Contains(mutant.Id)).OrderBy(tests => tests.Time)]);
        Console.Error.WriteLine($"{mutant.Fate}: {mutant.Place(copy)}:{mutant.Line} {mutant.Condition}");
    });
    return Report(copy, mutants, impossible);
}
finally
{
    Run(root, null, "git", "worktree", "remove", "--force", copy);
}

static string Try(string copy, string program, Mutation mutant, TestClass[] classes)
{
    foreach (var some in new[] { classes[..Math.Min(1, classes.Length)], classes[Math.Min(1, classes.Length)..] }.Where(some => some.Length > 0))
    {
        var exit = Test(copy, program, some, new() { ["MUTANT"] = mutant.Id }).ExitCode;
        if (exit != 0)
        {
            // 2: a test failed. A process that ended in another way was noticed too, but is told apart.
            return exit switch { 2 => "killed", TimedOut => "timed out", _ => "crashed" };
        }
    }

    return classes.Length == 0 ? "survived, never said no" : "survived";
}

static (int ExitCode, string Output) Test(string copy, string program, TestClass[] classes, Dictionary<string, string> environment)
    => Run(
        copy,
        environment,
        program,
        [
            "--no-ansi", "--progress", "off", "--stop-on-fail", environment.ContainsKey("MUTANT") ? "on" : "off", "--minimum-expected-tests", "1",
            "--filter-class", .. classes.Select(tests => $"*.{tests.Name}"),
        ]);

// Builds with all mutants. One that does not compile, because the rest of the method needs its variables, is taken out; the
// whole condition takes its place.
static List<Mutation> Build(string copy, string engine, Dictionary<string, string> sources, List<Mutation> mutants)
{
    File.WriteAllText(Path.Combine(engine, "Mutant.cs"), """
        namespace Moi.Identity.Fido2;

        internal static class Mutant
        {
            private static readonly string? Active = System.Environment.GetEnvironmentVariable("MUTANT");
            private static readonly string? Seen = System.Environment.GetEnvironmentVariable("MUTANTS_SEEN");
            private static readonly System.Collections.Generic.HashSet<string> Told = [];

            internal static bool Is(string id)
            {
                if (Seen is not null)
                {
                    lock (Told)
                    {
                        if (Told.Add(id))
                        {
                            System.IO.File.AppendAllText(Seen, id + "\n");
                        }
                    }
                }

                return id == Active;
            }
        }
        """);
    List<Mutation> impossible = [];
    while (true)
    {
        foreach (var (file, text) in sources)
        {
            File.WriteAllText(file, Instrument(text, mutants.Where(m => m.File == file)));
        }

        var build = Run(
            copy, [], "dotnet", "build", "tests/Fido2.Tests", "-c", "Release", "-v", "quiet", "-nologo", "-p:RunAnalyzers=false", "-p:TreatWarningsAsErrors=false");
        if (build.ExitCode == 0)
        {
            return impossible;
        }

        var broken = Regex.Matches(build.Output, @"(?<file>/\S+\.cs)\((?<line>\d+),\d+\): error \S+: (?<text>.*)")
            .Select(m => Culprit(mutants, m.Groups["file"].Value, int.Parse(m.Groups["line"].Value), m.Groups["text"].Value))
            .OfType<Mutation>().ToHashSet();
        if (broken.Count == 0)
        {
            throw new InvalidOperationException(build.Output);
        }

        impossible.AddRange(broken);
        mutants.RemoveAll(broken.Contains);
        mutants.AddRange(broken.Select(m => m.Whole).OfType<Mutation>().Where(whole => !mutants.Contains(whole)).Distinct().ToArray());
    }
}

// "Use of unassigned local variable 'x'": the condition before it that declares x. Other errors: the one on that line.
static Mutation? Culprit(List<Mutation> mutants, string file, int line, string error)
{
    var before = mutants.Where(m => m.File == file && m.Line <= line).OrderByDescending(m => m.Start);
    var name = Regex.Match(error, @"unassigned .*'(?<name>\w+)'").Groups["name"].Value;
    return name.Length > 0
        ? before.FirstOrDefault(m => Regex.IsMatch(m.Condition, $@"(out \w+\??|\}}|is [\w.<>\[\]?]+) {name}\b"))
        : before.FirstOrDefault();
}

static IEnumerable<Mutation> Mutants(string file, string text)
{
    foreach (Match start in Regex.Matches(text, @"(?<require>(?<![\w.""'])Require\()|(?<if>\bif \()|(?<value>\breturn |=> )"))
    {
        var line = text[..start.Index].Count(c => c == '\n') + 1;
        var lineStart = text.LastIndexOf('\n', start.Index) + 1;
        var isComment = text[lineStart..start.Index].Contains("//", StringComparison.Ordinal);
        var isDeclaration = text[lineStart..start.Index].EndsWith("static void ", StringComparison.Ordinal);
        if (isComment || isDeclaration)
        {
            continue;
        }

        var isIf = start.Groups["if"].Success;
        var (terms, end) = Terms(text, start.Index + start.Length, isIf ? '|' : '&');
        var isRefusal = isIf && Regex.IsMatch(text[end..], @"\A\)\s*\{\s*(//.*\s*)*(return (false|null);|throw )");
        if (start.Groups["require"].Success || isRefusal || (start.Groups["value"].Success && terms.Count > 1))
        {
            Mutation Make(int from, int to, Mutation? whole) => new(file, text[..from].Count(c => c == '\n') + 1, from, to, text[from..to], !isIf, whole);
            var whole = terms.Count > 1 ? Make(terms[0].Start, terms[^1].End, null) : null;
            foreach (var (from, to) in terms)
            {
                yield return Make(from, to, whole);
            }
        }
    }
}

// The terms of an expression, joined by && or by ||, up to its end. One that mixes them, or has a ?:, is one term.
static (List<(int Start, int End)> Terms, int End) Terms(string text, int start, char joint)
{
    List<(int, int)> terms = [];
    var (depth, from, last, isMixed, i) = (0, start, start, false, start);
    for (; i < text.Length; i++)
    {
        var c = text[i];
        if (c == '/' && text[i + 1] == '/')
        {
            i = text.IndexOf('\n', i);
            continue;
        }

        if (c is '"' or '\'')
        {
            i = text.IndexOf(c, i + 1);
        }

        depth += c is '(' or '[' or '{' ? 1 : c is ')' or ']' or '}' ? -1 : 0;
        if (depth < 0 || (depth == 0 && c is ',' or ';'))
        {
            break;
        }

        if (depth == 0 && c is '&' or '|' && text[i + 1] == c && c == joint)
        {
            terms.Add((from, last));
            i++;
            from = i + 1 + text[(i + 1)..].TakeWhile(char.IsWhiteSpace).Count();
            continue;
        }

        isMixed |= depth == 0 && ((c is '&' or '|' && text[i + 1] == c) || (c == '?' && text[i - 1] == ' ' && text[i + 1] == ' '));
        last = char.IsWhiteSpace(c) ? last : i + 1;
    }

    // What stands before the first word is layout.
    terms.Add((from, last));
    var first = start + text[start..].TakeWhile(char.IsWhiteSpace).Count();
    return (isMixed ? [(first, last)] : [(first, terms[0].Item2), .. terms.Skip(1)], i);
}

static string Instrument(string text, IEnumerable<Mutation> mutants)
{
    var insertions = mutants.SelectMany(m => new (int At, int Order, string Text)[]
    {
        // Of two that begin together the longer begins first; of two that end together it ends last.
        (m.Start, text.Length - (m.End - m.Start), "(("),
        (m.End, (m.End - m.Start) - text.Length, m.Holds ? $") || Mutant.Is(\"{m.Id}\"))" : $") && !Mutant.Is(\"{m.Id}\"))"),
    });
    var result = new StringBuilder(text);
    foreach (var insertion in insertions.OrderByDescending(i => i.At).ThenByDescending(i => i.Order))
    {
        result.Insert(insertion.At, insertion.Text);
    }

    return result.ToString();
}

static int Report(string copy, List<Mutation> mutants, List<Mutation> impossible)
{
    string[] fates = ["killed", "crashed", "timed out", "survived", "survived, never said no"];
    Console.WriteLine($"| | mutants | {string.Join(" | ", fates)} |\n|---|{string.Concat(Enumerable.Repeat("---|", fates.Length + 1))}");
    foreach (var folder in mutants.GroupBy(m => Path.GetDirectoryName(m.Place(copy))!).Append(mutants.GroupBy(_ => "all").Single()))
    {
        Console.WriteLine($"| {folder.Key} | {folder.Count()} | {string.Join(" | ", fates.Select(fate => folder.Count(m => m.Fate == fate)))} |");
    }

    var alive = mutants.Where(m => m.Fate.StartsWith("survived", StringComparison.Ordinal)).ToArray();
    Console.WriteLine($"\nSurvived:\n{List(alive)}\nTimed out or crashed:\n{List(mutants.Except(alive).Where(m => m.Fate != "killed"))}");
    Console.WriteLine($"Could not be taken away, for the rest of the method needs its variables:\n{List(impossible)}");
    Console.WriteLine($"{mutants.Count - alive.Length} of {mutants.Count} noticed, {alive.Length} survived");
    return alive.Length == 0 ? 0 : 1;

    string List(IEnumerable<Mutation> some)
        => string.Concat(some.Select(m => $"- {m.Place(copy)}:{m.Line} `{Regex.Replace(m.Condition, @"\s+", " ")}` {m.Fate}\n"));
}

static (int ExitCode, string Output) Run(string folder, Dictionary<string, string>? environment, string program, params string[] arguments)
{
    var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
    start.Environment.Remove("CI");
    start.Environment["DOTNET_TieredPGO"] = "0"; // Short runs do not earn it back.
    foreach (var (name, value) in environment ?? [])
    {
        start.Environment[name] = value;
    }

    using var process = Process.Start(start)!;
    var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
    if (!process.WaitForExit(TimeSpan.FromMinutes(5)))
    {
        process.Kill(entireProcessTree: true);
        return (TimedOut, "");
    }

    return (process.ExitCode, output.Result + error.Result);
}

internal sealed record Mutation(string File, int Line, int Start, int End, string Condition, bool Holds, Mutation? Whole)
{
    internal string Id => $"{Path.GetFileName(File)}:{Start}-{End}";

    internal string Fate { get; set; } = "";

    internal string Place(string copy) => Path.GetRelativePath(copy, File);
}

internal sealed record TestClass(string Name)
{
    internal TimeSpan Time { get; set; }

    internal HashSet<string> Seen { get; set; } = [];
}
