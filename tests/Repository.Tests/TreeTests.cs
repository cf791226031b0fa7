using System.Text.RegularExpressions;

namespace Moi.Identity.Repository.Tests;

/// <summary>What must not be in the repository.</summary>
public partial class TreeTests
{
    private static readonly string[] KeyFiles = [".pfx", ".p12", ".key", ".pvk", ".jks", ".keystore", ".snk"];

    /// <summary>Seen failing on 2026-11-23, with a PEM key, a private JWK and a .pfx file planted.</summary>
    [Fact]
    public void No_private_key_is_in_the_tree()
    {
        Tree.Files.Where(file => KeyFiles.Contains(Path.GetExtension(file))).ShouldBeEmpty();
        Tree.Find(Tree.Written(), PemKey()).ShouldBeEmpty();
        Tree.Find(Tree.Matching("**/*.json"), PrivateJwk()).ShouldBeEmpty();
    }

    /// <summary>The registry belongs to the machine's own configuration. Seen failing on 2026-11-23, with a host planted in a document.</summary>
    [Fact]
    public void No_package_registry_is_named()
        => Tree.Find(Tree.Written(), RegistryHost()).ShouldBeEmpty();

    /// <summary>Seen failing on 2026-11-23, with a home folder planted in a document.</summary>
    [Fact]
    public void No_path_of_somebodys_machine_is_named()
        => Tree.Find(Tree.Written().Where(file => !file.StartsWith("tests/", StringComparison.Ordinal)), MachinePath()).ShouldBeEmpty();

    /// <summary>A note of what is missing belongs into docs/. Seen failing on 2026-11-23, with such a comment planted.</summary>
    [Fact]
    public void Nothing_is_left_to_do_in_a_comment()
        => Tree.Find(Tree.Matching("**/*.cs").Concat(Tree.Matching("**/*.cshtml")).Concat(Tree.Matching("**/*.js")), LeftOpen())
            .ShouldBeEmpty();

    /// <summary>Seen failing on 2026-11-23, with a skipped test and a sleeping one planted.</summary>
    [Fact]
    public void No_test_is_skipped_and_none_sleeps()
        => Tree.Find(Tree.Matching("tests/**/*.cs"), SkipOrSleep()).ShouldBeEmpty();

    /// <summary>
    /// A handler refuses by an entry of the catalogue, so that each reason has its code and page. Only <c>Refusing</c> speaks to the
    /// engine. Seen failing on 2026-11-26, with one handler that rejected with a text of its own.
    /// </summary>
    [Fact]
    public void No_handler_rejects_with_words_of_its_own()
        => Tree.Matching("src/Idp/Features/**/*.cs").Where(file => file != "src/Idp/Features/Oidc/Refusing.cs")
            .Where(file => Tree.Read(file).Contains(".Reject(", StringComparison.Ordinal)).ShouldBeEmpty();

    /// <summary>Seen failing on 2026-11-26, with the title of one code removed.</summary>
    [Fact]
    public void Every_code_has_texts_in_both_languages()
        => ErrorPages.Codes.SelectMany(code => (string[])[code + ".Title", code + ".Why", code + ".Next"])
            .ShouldBe(ErrorPages.TextNames, ignoreOrder: true);

    /// <summary>An operator's alarm names an event by its number. Seen failing on 2026-11-26, with two numbers used twice.</summary>
    [Theory]
    [InlineData("src/Idp/**/*.cs")]
    [InlineData("src/Sdk/**/*.cs")]
    public void No_log_event_shares_its_number(string files)
        => Tree.Matching(files).SelectMany(file => EventNumber().Matches(Tree.Read(file)).Select(match => match.Value))
            .GroupBy(number => number).Where(same => same.Count() > 1).Select(same => same.Key).ShouldBeEmpty();

    /// <summary>
    /// System first, then by the alphabet: what the layout check without a build does not see.
    /// Seen failing on 2026-11-26, with two lines of a file exchanged.
    /// </summary>
    [Fact]
    public void Imports_are_sorted()
        => Tree.Matching("**/*.cs").Where(file => !file.Contains("/Migrations/", StringComparison.Ordinal))
            .Where(file =>
            {
                var names = Import().Matches(Tree.Read(file)).Select(match => match.Groups["name"].Value).ToArray();
                return !names.SequenceEqual(names
                    .OrderBy(name => name is not "System" && !name.StartsWith("System.", StringComparison.Ordinal))
                    .ThenBy(name => name, StringComparer.OrdinalIgnoreCase));
            })
            .ShouldBeEmpty();

    // Written with character classes, so that these lines do not match themselves.
    [GeneratedRegex(@"^(global )?using (?<name>[\w.]+);", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Import();

    [GeneratedRegex("-----BEGIN [A-Z ]*PRIVATE[ ]KEY", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PemKey();

    [GeneratedRegex("""["]d"\s*:\s*"[A-Za-z0-9_-]{20,}""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PrivateJwk();

    [GeneratedRegex(@"nuget[.]org|npmjs[.](org|com)|deb[.]debian[.]org|pypi[.]org", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex RegistryHost();

    [GeneratedRegex(@"(?<![\w.$}])/(home|Users|tmp|root|work|farm)/\w+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MachinePath();

    [GeneratedRegex("EventId = [0-9]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EventNumber();

    [GeneratedRegex(@"\b(TOD[O]|FIXM[E]|HAC[K]|NotImplemente[d]Exception)\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LeftOpen();

    [GeneratedRegex(@"\[(Fact|Theory)\([^\]]*Ski[p]\s*=|Assert\.Ski[p]|Thread\.Slee[p]|Task\.Dela[y]\(", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SkipOrSleep();
}
