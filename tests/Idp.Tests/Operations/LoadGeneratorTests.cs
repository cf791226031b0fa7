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
    [Theory]
    [InlineData("sign-in", 5, 21)]
    [InlineData("again", 3, 7)]
    [InlineData("refresh", 2, 1)]
    [InlineData("userinfo", 1, 0)]
    [InlineData("introspection", 1, 1)]
    [InlineData("client-credentials", 0, 1)]
    public async Task An_operation_takes_so_many_statements_and_redis_commands(string operation, double statements, double commands)
    {
        string[] command =
        [
            "dotnet", RepositoryRoot.Built("bench/LoadGenerator", "Moi.Identity.LoadGenerator.dll"),
            "--mode", "production", "--operation", operation, "--citizens", "2", "--warm-up", "4", "--sign-ins", "20", "--concurrency", "2",
        ];
        await using var generator = await ChildProcess.StartAsync(command, "TERM", new Dictionary<string, string?>());

        (await generator.WaitAsync()).ShouldBe(0, generator.Output);

        // A housekeeping command or two may fall into the measured time.
        Figure(generator.Output, "SQL statements an operation").ShouldBe(statements, 0.3);
        Figure(generator.Output, "Redis commands an operation").ShouldBe(commands, 0.3);
        Figure(generator.Output, "operations per second").ShouldBeGreaterThan(0);
    }

    private static double Figure(string output, string name)
        => double.Parse(
            Lines().Matches(output).Single(line => line.Groups["name"].Value == name).Groups["value"].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<name>\S.*?)\s{2,}(?<value>[\d.]+)\s*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Lines();
}
