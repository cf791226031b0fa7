using System.Globalization;
using Moi.Identity.Fido2.Fuzz;
using Moi.Identity.Fido2.Fuzz.Driving;
using Moi.Identity.Fido2.Fuzz.Seeding;
using Moi.Identity.Fido2.Fuzz.Targets;

namespace Moi.Identity.Fido2.Tests;

/// <summary>A moment of what docs/security/fuzzing.md describes: each parser, whatever it is given, does what it promises.</summary>
public sealed class FuzzTests
{
    private const ulong Seed = 20261126;

    private static readonly Lazy<InstrumentedEngine> Engine = new(() => new InstrumentedEngine());

    public static TheoryData<string> Targets() => [.. FuzzTargets.All.Select(target => target.Name)];

    /// <summary>Seen failing on 2026-11-26 for metadata-payload and distinguished-name, with their first faults put back.</summary>
    [Theory(DisplayName = "W10: seeds, what once broke something, and thousands of changes of them, always the same ones")]
    [MemberData(nameof(Targets))]
    public void Seeds_and_their_changes(string name)
    {
        var target = FuzzTargets.Find(name)!;
        var inputs = SeedFile.Seeds(target).Concat(SeedFile.Findings(target)).Select(seed => seed.Input).ToList();
        inputs.Count.ShouldBeGreaterThan(4);
        foreach (var input in inputs)
        {
            Check(target, input);
        }

        // What a seed is for is reached: some are accepted.
        inputs.Count(target.Run).ShouldBePositive();
        var random = new SplitMix64(Seed);
        var mutator = new Mutator(random, target.Words, target.LongestInput);
        for (var i = 0; i < target.QuickChanges; i++)
        {
            Check(target, mutator.Change(random.Any(inputs), random.Any(inputs)));
        }
    }

    /// <summary>Seen failing on 2026-11-26 for the same two.</summary>
    [Fact(DisplayName = "W10: a moment of searching each parser with coverage finds new ways through it and nothing wrong")]
    public void A_short_search()
    {
        var lines = Try("0.2", [.. FuzzTargets.All.Select(target => target.Name)]);
        lines.Select(line => line.Name).ShouldBe(FuzzTargets.All.Select(target => target.Name));
        lines.Where(line => line.Findings.Length > 0).ShouldBeEmpty();
        lines.ShouldAllBe(line => line.EdgesOfSeeds > 10);
        lines.Sum(line => line.Edges - line.EdgesOfSeeds).ShouldBeGreaterThan(100);
    }

    /// <summary>Seen failing on 2026-11-26, with the fault taken away.</summary>
    [Fact(DisplayName = "The search finds a planted fault, and without coverage it does not")]
    public void A_planted_fault()
    {
        var found = Try("60", PlantedTarget.PlantedName).Single();
        found.Findings.ShouldBe("IndexOutOfRangeException at Moi.Identity.Testing.PlantedFault.Read");

        // Here nothing writes edges, so nothing is learned.
        var blind = new FuzzRun(new PlantedTarget(), new EdgeMap(), Seed);
        blind.Load(new PlantedTarget().MakeSeeds().Select(seed => seed.Input));
        blind.Search(TimeSpan.FromMinutes(1), () => blind.Executions >= found.Executions);
        blind.Findings.ShouldBeEmpty();
    }

    private static void Check(FuzzTarget target, byte[] input)
    {
        var finding = Finding.Of(target, input);
        (finding is null).ShouldBeTrue($"{finding?.Kind}\n{finding?.Detail}\n{Convert.ToBase64String(input)}");
    }

    private static (string Name, long Executions, int EdgesOfSeeds, int Edges, string Findings)[] Try(string seconds, params string[] targets)
        => [.. Engine.Value.Call(nameof(Session.Try), [seconds, Seed.ToString(CultureInfo.InvariantCulture), .. targets]).Select(line =>
        {
            var columns = line.Split('\t');
            return (columns[0], long.Parse(columns[1], CultureInfo.InvariantCulture), int.Parse(columns[2], CultureInfo.InvariantCulture), int.Parse(columns[3], CultureInfo.InvariantCulture), columns[4]);
        })];
}
