using System.Text.RegularExpressions;
using System.Xml.Linq;
using Moi.Identity.Testing;

namespace Moi.Identity.Repository.Tests;

/// <summary>Texts are complete in both languages: NAME.resx is Traditional Chinese, NAME.en.resx is English.</summary>
public partial class TextTests
{
    public static TheoryData<string> Texts =>
        [.. Tree.Matching("src/**/*.resx").Concat(Tree.Matching("samples/**/*.resx")).Where(file => !IsEnglish(file))];

    /// <summary>Seen failing on 2026-11-23, with a key missing in English.</summary>
    [Theory]
    [MemberData(nameof(Texts))]
    public void Both_languages_have_the_same_keys(string file)
        => Entries(English(file)).Keys.ShouldBe(Entries(file).Keys, ignoreOrder: true);

    /// <summary>Seen failing on 2026-11-23, with {0} written as {1} in English.</summary>
    [Theory]
    [MemberData(nameof(Texts))]
    public void Both_languages_have_the_same_placeholders(string file)
    {
        var english = Entries(English(file));
        Entries(file)
            .Where(entry => english.ContainsKey(entry.Key) && Placeholders(entry.Value) != Placeholders(english[entry.Key]))
            .Select(entry => $"{entry.Key}: {entry.Value} / {english[entry.Key]}").ShouldBeEmpty();
    }

    /// <summary>Seen failing on 2026-11-23, with an empty text planted.</summary>
    [Theory]
    [MemberData(nameof(Texts))]
    public void No_text_is_empty(string file)
        => Entries(file).Concat(Entries(English(file))).Where(entry => string.IsNullOrWhiteSpace(entry.Value)).ShouldBeEmpty();

    /// <summary>Seen failing on 2026-11-23, with the Chinese file renamed.</summary>
    [Fact]
    public void No_English_file_stands_alone()
        => Tree.Matching("**/*.en.resx").Select(file => file.Replace(".en.resx", ".resx", StringComparison.Ordinal))
            .Except(Tree.Files).ShouldBeEmpty();

    private static bool IsEnglish(string file) => file.EndsWith(".en.resx", StringComparison.Ordinal);

    private static string English(string file) => file.Replace(".resx", ".en.resx", StringComparison.Ordinal);

    private static Dictionary<string, string> Entries(string file) =>
        XDocument.Load(RepositoryRoot.File(file)).Root!.Elements("data")
            .ToDictionary(data => data.Attribute("name")!.Value, data => data.Element("value")?.Value ?? "");

    private static string Placeholders(string text) =>
        string.Join(' ', Placeholder().Matches(text).Select(match => match.Value).Distinct().Order(StringComparer.Ordinal));

    [GeneratedRegex(@"\{\w+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Placeholder();
}
