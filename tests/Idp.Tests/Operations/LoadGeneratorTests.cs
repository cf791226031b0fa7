using System.Globalization;
using System.Text.RegularExpressions;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Operations;

/// <summary>
/// What an operation costs in commands, by the databases' own counts. A number that rises here is a decision to be
/// made, not a test to be mended.
/// </summary>
public partial class LoadGeneratorTests
{
    private static readonly Dictionary<string, (double Statements, double Commands)> Pinned = new()
    {
        ["sign-in"] = (5, 21),
        ["again"] = (3, 7),
        ["refresh"] = (2, 1),
        ["userinfo"] = (1, 0),
        ["introspection"] = (1, 1),
        ["client-credentials"] = (0, 1),
    };

    /// <summary>
    /// Refreshing in a run of its own: its sign-ins store a refresh token, which is one statement more. It is measured again beside
    /// other people's.
    /// </summary>
    [Theory]
    [InlineData("sign-in,again,userinfo,introspection,client-credentials")]
    [InlineData("refresh", "--grow", "30,150")]
    public async Task An_operation_takes_so_many_statements_and_redis_commands(string operations, params string[] more)
    {
        string[] command =
        [
            "dotnet", RepositoryRoot.Built("bench/LoadGenerator", "Moi.Identity.LoadGenerator.dll"),
            "--mode", "production", "--operation", operations,
            "--citizens", "2", "--warm-up", "4", "--sign-ins", "30", "--rounds", "2", "--concurrency", "2", .. more,
        ];
        await using var generator = await ChildProcess.StartAsync(command, "TERM", new Dictionary<string, string?>());

        (await generator.WaitAsync()).ShouldBe(0, generator.Output);

        var parts = Operation().Split(generator.Output)[1..];
        string[] names = [.. operations.Split(',')];
        (int Citizens, string Operation)[] expected = more.Length == 0
            ? [.. names.Select(name => (2, name))]
            : [.. names.Select(name => (2, name)), .. names.Select(name => (32, name))];
        parts.Length.ShouldBe(expected.Length);
        foreach (var (part, (citizens, operation)) in parts.Zip(expected))
        {
            Figure(part, "citizens in the database").ShouldBe(citizens);
            var (statements, commands) = Pinned[operation];

            // A housekeeping command or two may fall into the measured time.
            Figure(part, "SQL statements an operation").ShouldBe(statements, 0.3, operation);
            Figure(part, "Redis commands an operation").ShouldBe(commands, 0.3, operation);
            Figure(part, "operations per second").ShouldBeGreaterThan(0);
        }
    }

    private static double Figure(string output, string name)
        => double.Parse(
            Lines().Matches(output).Single(line => line.Groups["name"].Value == name).Groups["value"].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<name>\S.*?)\s{2,}(?<value>[\d.]+)\s*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Lines();

    [GeneratedRegex(@"^operation\s", RegexOptions.Multiline, 1000)]
    private static partial Regex Operation();
}
