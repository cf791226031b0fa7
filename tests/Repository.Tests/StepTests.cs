using System.Text.RegularExpressions;

namespace Moi.Identity.Repository.Tests;

/// <summary>Every step of the specification has a test, or a reason.</summary>
public partial class StepTests
{
    /// <summary>Procedures of WebAuthn Level 3, and how many steps each has.</summary>
    public static TheoryData<string, int> Procedures { get; } = new()
    {
        { "7.1", 29 }, { "7.2", 25 }, { "8.2", 3 }, { "8.3", 6 }, { "8.4", 6 }, { "8.5", 5 }, { "8.6", 8 }, { "8.8", 6 }, { "8.9", 2 },
    };

    /// <summary>Seen failing on 2026-11-26, with a step that no test names and with one that is in both.</summary>
    [Theory]
    [MemberData(nameof(Procedures))]
    public void Every_step_is_tested_or_explained(string section, int steps)
    {
        var tested = Tree.Matching("tests/Fido2.Tests/**/*.cs").SelectMany(file => Steps(Tree.Read(file))).ToHashSet();
        var explained = Steps(Tree.Read("docs/webauthn-steps.md").Split("|---|---|")[1]).ToHashSet();
        var all = Enumerable.Range(1, steps).Select(step => (section, step)).ToArray();
        all.Where(step => !tested.Contains(step) && !explained.Contains(step)).ShouldBeEmpty("neither tested nor explained");
        explained.Where(step => step.Section == section && (tested.Contains(step) || step.Step > steps)).ShouldBeEmpty("explained, but tested or no step");
    }

    /// <summary>The steps that test names and rows begin with: "§7.1 step 5", "§7.2 steps 3 and 4", "§8.3 steps 1 to 3".</summary>
    private static IEnumerable<(string Section, int Step)> Steps(string text)
        => Named().Matches(text).SelectMany(match =>
        {
            var first = int.Parse(match.Groups["first"].Value, null);
            var last = match.Groups["last"].Success ? int.Parse(match.Groups["last"].Value, null) : first;
            return Enumerable.Range(first, last - first + 1).Select(step => (match.Groups["section"].Value, step));
        });

    [GeneratedRegex(@"(?<=""|\| |and )§(?<section>[78]\.\d) steps? (?<first>\d+)((, | and | to )(?<last>\d+))*", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Named();
}
