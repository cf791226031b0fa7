using System.Reflection;
using System.Xml.Linq;
using Moi.Identity.Testing;

namespace Moi.Identity.Repository.Tests;

/// <summary><c>docs/errors</c>: the texts that the server shows at <c>/errors/CODE</c>, for those who read the repository.</summary>
internal static class ErrorPages
{
    private const string Texts = "src/Idp/Features/ErrorCatalogue/ErrorTexts";

    private static readonly Type Catalogue = Assembly.Load("Moi.Identity.Idp").GetType("Moi.Identity.Idp.Features.ErrorCatalogue.ErrorCodes")!;

    /// <summary>Every code.</summary>
    internal static IReadOnlyList<string> Codes => (IReadOnlyList<string>)Field("All")!;

    /// <summary>The names of the texts, which are those of both languages.</summary>
    internal static IEnumerable<string> TextNames => Read(Texts + ".resx").Keys;

    /// <summary>Every page, by its path.</summary>
    internal static IEnumerable<(string Path, string Text)> All()
    {
        var chinese = Read(Texts + ".resx");
        var english = Read(Texts + ".en.resx");
        foreach (var code in Codes)
        {
            yield return ($"docs/errors/{code}.md", $"""
                # {code} {chinese[code + ".Title"]}

                **為什麼會發生**　{chinese[code + ".Why"]}

                **該怎麼做**　{chinese[code + ".Next"]}

                ## {english[code + ".Title"]}

                **Why it happens**: {english[code + ".Why"]}

                **What to do**: {english[code + ".Next"]}

                OAuth errors with this code: {string.Join(", ", ErrorsOf(code).Select(error => $"`{error}`"))}

                """);
        }

        yield return ("docs/errors/README.md", $"""
            # 錯誤代碼 · Error codes

            What a client was refused has a stable code, whose page is the `error_uri` of the answer. These pages are the texts of the server, written here by
            `tools/documents`.

            | code | 中文 | English |
            |---|---|---|
            {string.Join('\n', Codes.Select(code => $"| [{code}]({code}.md) | {chinese[code + ".Title"]} | {english[code + ".Title"]} |"))}

            """);
    }

    private static object? Field(string name) => Catalogue.GetField(name, BindingFlags.Static | BindingFlags.NonPublic)!.GetValue(null);

    private static IEnumerable<string> ErrorsOf(string code)
        => (IEnumerable<string>)Catalogue.GetMethod("ErrorsOf", BindingFlags.Static | BindingFlags.NonPublic)!.Invoke(null, [code])!;

    private static Dictionary<string, string> Read(string resx)
        => XDocument.Load(RepositoryRoot.File(resx)).Descendants("data")
            .ToDictionary(data => data.Attribute("name")!.Value, data => data.Element("value")!.Value);
}
