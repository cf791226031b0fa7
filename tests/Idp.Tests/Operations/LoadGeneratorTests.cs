using System.Globalization;
using System.Text.RegularExpressions;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Operations;

/// <summary>
/// What a complete sign-in costs in commands, by the databases' own counts. A number that rises here is a decision to be
/// made, not a test to be mended.
/// </summary>
public partial class LoadGeneratorTests
{
    [Fact]
    public async Task A_complete_sign_in_takes_five_statements_and_twenty_one_redis_commands()
    {
        string[] command =
        [
            "dotnet", RepositoryRoot.Built("bench/LoadGenerator", "Moi.Identity.LoadGenerator.dll"),
            "--mode", "production", "--citizens", "2", "--warm-up", "4", "--sign-ins", "20", "--concurrency", "2",
        ];
        await using var generator = await ChildProcess.StartAsync(command, "TERM", new Dictionary<string, string?>());

        (await generator.WaitAsync()).ShouldBe(0, generator.Output);

        // A housekeeping command or two may fall into the measured time.
        Figure(generator.Output, "SQL statements a sign-in").ShouldBe(5, 0.3);
        Figure(generator.Output, "Redis commands a sign-in").ShouldBe(21, 0.3);
        Figure(generator.Output, "sign-ins per second").ShouldBeGreaterThan(0);
    }

    private static double Figure(string output, string name)
        => double.Parse(
            Lines().Matches(output).Single(line => line.Groups["name"].Value == name).Groups["value"].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<name>\S.*?)\s{2,}(?<value>[\d.]+)\s*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Lines();
}
