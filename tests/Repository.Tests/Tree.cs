using System.Text.RegularExpressions;
using Moi.Identity.Testing;

namespace Moi.Identity.Repository.Tests;

/// <summary>The files of the repository, as git sees them: what is ignored is not part of it.</summary>
internal static class Tree
{
    private static readonly string[] Pictures = [".png", ".ico", ".woff2"];

    /// <summary>Every file, as a path below the root with forward slashes.</summary>
    internal static IReadOnlyList<string> Files { get; } =
    [
        .. ChildProcess
            .RunAsync(["git", "ls-files", "--cached", "--others", "--exclude-standard"], workingDirectory: RepositoryRoot.Path)
            .GetAwaiter().GetResult()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(file => File.Exists(RepositoryRoot.File(file)))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The files that match a pattern such as <c>src/**/*.cs</c>, where <c>**</c> stands for any folders.</summary>
    internal static IEnumerable<string> Matching(string pattern)
    {
        var expression = "^" + Regex.Escape(pattern)
            .Replace(@"\*\*/", "(.*/)?", StringComparison.Ordinal)
            .Replace(@"\*", "[^/]*", StringComparison.Ordinal) + "$";
        return Files.Where(file => Regex.IsMatch(file, expression, RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    /// <summary>Files whose content a person reads: no pictures, no lock files.</summary>
    internal static IEnumerable<string> Written() => Files.Where(file =>
        !Pictures.Contains(Path.GetExtension(file))
        && !file.EndsWith("packages.lock.json", StringComparison.Ordinal));

    internal static string Read(string file) => File.ReadAllText(RepositoryRoot.File(file));

    /// <summary>Where a pattern is found: <c>file:line: the match</c>, so that a failing test says what to mend.</summary>
    internal static IEnumerable<string> Find(IEnumerable<string> files, Regex pattern) =>
        from file in files
        from match in pattern.Matches(Read(file)).Cast<Match>()
        let line = 1 + Read(file).AsSpan(0, match.Index).Count('\n')
        select $"{file}:{line}: {match.Value.ReplaceLineEndings(" ").Trim()}";
}
