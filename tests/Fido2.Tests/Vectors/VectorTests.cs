using Moi.Identity.Fido2.Vectors;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests.Vectors;

/// <summary>Published and recorded ceremonies: the W3C test vectors (§16) and responses of real devices.</summary>
/// <remarks>They are read from the folder beside the checkout and never copied; where it is not there, generated ones
/// in the same format go the same way. The mapping is that of the console runner.</remarks>
public sealed class VectorTests
{
    private const string AnyChallenge = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    /// <summary>How many vectors each file has: fewer must never pass unseen.</summary>
    private static readonly Dictionary<string, int> Files = new(StringComparer.Ordinal)
    {
        ["examples.json"] = 32,
        ["w3c-webauthn-l3.json"] = 30,
        ["fido2-net-lib.json"] = 14,
        ["py_webauthn.json"] = 29,
        ["webauthn-ruby.json"] = 7,
    };

    public static TheoryData<string, EngineMode> FileNames()
    {
        var data = new TheoryData<string, EngineMode>();
        foreach (var file in Files.Keys)
        {
            data.Add(file, EngineMode.Specification);
            data.Add(file, EngineMode.Conformance);
        }

        return data;
    }

    [Theory(DisplayName = "§16: published and recorded ceremonies give the expected verdict")]
    [MemberData(nameof(FileNames))]
    public void Shared_vectors(string file, EngineMode mode)
    {
        if (SharedFolder() is not { } folder)
        {
            // Nothing to read: the format and the runner are still exercised, by ceremonies made here.
            Wrong(Generated(), new VectorRunner(mode), mode).ShouldBeEmpty();
            return;
        }

        var vectors = VectorFile.Read(Path.Combine(folder, file));
        Wrong(vectors.Vectors, new VectorRunner(mode, vectors.TrustAnchors), mode).ShouldBeEmpty();
        vectors.Vectors.Length.ShouldBe(Files[file]);
    }

    [Fact(DisplayName = "§16: no file of vectors is left unread")]
    public void Every_file_is_known()
    {
        if (SharedFolder() is { } folder)
        {
            Directory.EnumerateFiles(folder, "*.json").Select(Path.GetFileName).Where(name => name != "aaguid-names.json")
                .ShouldBe(Files.Keys, ignoreOrder: true);
        }
        else
        {
            Files.Count.ShouldBe(5);
        }
    }

    [Fact(DisplayName = "§16: generated ceremonies of every algorithm and statement, in the format of the vectors")]
    public void Generated_vectors()
    {
        var vectors = Generated();
        var runner = new VectorRunner(EngineMode.Specification);
        Wrong(vectors, runner, EngineMode.Specification).ShouldBeEmpty();
        foreach (var vector in vectors)
        {
            runner.Run(vector with { Expect = new Expectation { Challenge = AnyChallenge } }).Code.ShouldBe("cdj.challenge", vector.Id);
        }
    }

    [Fact(DisplayName = "§16: a vector that is not what it says is an error, and a wrong verdict is told")]
    public void The_runner_tells()
    {
        var runner = new VectorRunner(EngineMode.Specification);
        var good = Generated()[0];
        var broken = runner.Run(good with { Challenge = "*" });
        broken.Outcome.ShouldBe(VectorOutcome.Error);
        broken.Difference(good, EngineMode.Specification).ShouldNotBeNull();
        var refused = runner.Run(good with { Challenge = AnyChallenge });
        refused.Difference(good, EngineMode.Specification).ShouldNotBeNull().ShouldContain("cdj.challenge");
        runner.Run(good).Difference(good with { Expected = new ExpectedOutcome { Result = "fail" } }, EngineMode.Specification).ShouldNotBeNull();
        runner.Run(good).Difference(good, EngineMode.Specification).ShouldBeNull();
    }

    private static string[] Wrong(IEnumerable<Vector> vectors, VectorRunner runner, EngineMode mode)
        => [.. vectors.Select(vector => runner.Run(vector).Difference(vector, mode)).OfType<string>()];

    private static Vector[] Generated()
        => [.. SoftAuthenticator.Pairs().SelectMany(pair => GeneratedVectors.Make(pair.Algorithm, pair.Attestation))];

    private static string? SharedFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Identity.sln")))
            {
                var shared = Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared", "vectors"));
                return Directory.Exists(shared) ? shared : null;
            }
        }

        return null;
    }
}
