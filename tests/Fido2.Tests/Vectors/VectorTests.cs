using System.Text.Json;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests.Vectors;

/// <summary>Published and recorded ceremonies: the W3C test vectors (§16) and responses of real devices.</summary>
/// <remarks>They are read from the folder beside the checkout and never copied; where it is not there, generated ones
/// in the same format go the same way.</remarks>
public sealed class VectorTests
{
    private static readonly string[] Formats = ["none", "packed", "packed-self"];

    /// <summary>How many vectors of each file are run, and how many are not: fewer must never pass unseen.</summary>
    private static readonly Dictionary<string, (int Run, string[] OutOfScope)> Files = new(StringComparer.Ordinal)
    {
        ["examples.json"] = (29, ["android-key", "needs a trust anchor", "tpm"]),
        ["w3c-webauthn-l3.json"] = (24, ["alg -53", "alg -53", "android-key", "apple", "fido-u2f", "tpm"]),
        ["fido2-net-lib.json"] = (8, ["android-key", "apple", "fido-u2f", "fido-u2f", "tpm", "tpm"]),
        ["py_webauthn.json"] = (12, [
            "alg -48", "alg -48", "alg -49", "alg -49", "alg -50", "alg -50", "android-key", "android-safetynet", "apple",
            "fido-u2f", "fido-u2f", "fido-u2f", "fido-u2f", "tpm", "tpm", "tpm", "tpm"]),
        ["webauthn-ruby.json"] = (2, ["android-key", "android-safetynet", "apple", "fido-u2f", "tpm"]),
    };

    public static TheoryData<string> FileNames => [.. Files.Keys];

    [Theory(DisplayName = "§16: published and recorded ceremonies give the expected verdict")]
    [MemberData(nameof(FileNames))]
    public void Shared_vectors(string file)
    {
        var folder = SharedFolder();
        if (folder is null)
        {
            // Nothing to read: the format and the runner are still exercised, by ceremonies made here.
            Generated().ShouldAllBe(vector => Verdict(vector) == null);
            return;
        }

        var vectors = Read(Path.Combine(folder, file));
        var outOfScope = vectors.Select(OutOfScope).OfType<string>().Order(StringComparer.Ordinal).ToArray();
        var run = vectors.Where(vector => OutOfScope(vector) is null).ToArray();
        var wrong = run.Select(Verdict).OfType<string>().ToArray();

        wrong.ShouldBeEmpty();
        (run.Length, string.Join(", ", outOfScope)).ShouldBe((Files[file].Run, string.Join(", ", Files[file].OutOfScope)));
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
        vectors.Length.ShouldBe(2 * SoftKey.Algorithms.Count * Enum.GetValues<SoftAttestation>().Length);
        vectors.Select(Verdict).OfType<string>().ShouldBeEmpty();
        foreach (var vector in vectors)
        {
            VectorRunner.Run(vector with { Expect = new Expectation { Challenge = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" } })
                .ShouldNotBeNull().Error.ShouldBe(WebAuthnError.ClientDataChallenge);
        }
    }

    /// <summary>Null if the engine says what is expected.</summary>
    private static string? Verdict(Vector vector)
    {
        var failure = VectorRunner.Run(vector);
        return (failure is null) == (vector.Expected.Result == "ok")
            ? null
            : $"{vector.Id}: expected {vector.Expected.Result} ({vector.Expected.Reason}), but {failure?.ToString() ?? "accepted"}";
    }

    private static string? OutOfScope(Vector vector)
    {
        if (vector.Type == "registration" && !Formats.Contains(vector.Format, StringComparer.Ordinal))
        {
            return vector.Format;
        }

        if (vector.Expect is { VerifyTrust: true } && vector.Expected.Result == "ok")
        {
            return "needs a trust anchor";
        }

        return Enum.IsDefined((CoseAlgorithm)vector.Algorithm) ? null : $"alg {vector.Algorithm}";
    }

    private static Vector[] Generated()
    {
        var vectors = new List<Vector>();
        foreach (var algorithm in SoftKey.Algorithms)
        {
            foreach (var attestation in Enum.GetValues<SoftAttestation>())
            {
                vectors.AddRange(GeneratedVectors.Make(algorithm, attestation));
            }
        }

        return [.. vectors];
    }

    private static Vector[] Read(string path)
        => JsonSerializer.Deserialize(File.ReadAllBytes(path), VectorJsonContext.Default.VectorFile).ShouldNotBeNull().Vectors;

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
