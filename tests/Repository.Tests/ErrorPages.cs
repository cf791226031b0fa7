using System.Reflection;
using System.Xml.Linq;
using Moi.Identity.Testing;

namespace Moi.Identity.Repository.Tests;

/// <summary><c>docs/errors</c>: the texts that the server shows at <c>/errors/CODE</c>, for those who read the repository.</summary>
internal static class ErrorPages
{
    private const string Texts = "src/Idp/Features/ErrorCatalogue/ErrorTexts";

    private const string Namespace = "Moi.Identity.Idp.";

    private static readonly Assembly Idp = Assembly.Load("Moi.Identity.Idp");

    private static readonly Type Catalogue = Idp.GetType(Namespace + "Features.ErrorCatalogue.ErrorCodes")!;

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

        var shown = Shown().ToList();
        foreach (var (code, zh, en) in shown)
        {
            yield return ($"docs/errors/{code}.md", $"""
                # {code} {zh.Title}

                **發生什麼事**　{zh.What}
                {(zh.Why is null ? "" : $"\n**為什麼會發生**　{zh.Why}\n")}
                **該怎麼做**　{zh.Next}

                ## {en.Title}

                **What happened**: {en.What}
                {(en.Why is null ? "" : $"\n**Why it happens**: {en.Why}\n")}
                **What to do**: {en.Next}

                Shown on a page.

                """);
        }

        yield return ("docs/errors/README.md", $"""
            # 錯誤代碼 · Error codes

            What a client was refused has a stable code, whose page is the `error_uri` of the answer. These pages are the texts of the server, written here by
            `tools/documents`.

            | code | 中文 | English |
            |---|---|---|
            {string.Join('\n', Codes.Select(code => $"| [{code}]({code}.md) | {chinese[code + ".Title"]} | {english[code + ".Title"]} |"))}

            ## Shown on a page

            What people are shown on a page of the server says everything itself; these are for those who are told a code.

            | code | 中文 | English |
            |---|---|---|
            {string.Join('\n', shown.Select(page => $"| [{page.Code}]({page.Code}.md) | {page.Chinese.Title} | {page.English.Title} |"))}

            """);
    }

    /// <summary>The problems that people are shown, with the words of both languages.</summary>
    private static IEnumerable<(string Code, ProblemWords Chinese, ProblemWords English)> Shown()
    {
        var all = Idp.GetType(Namespace + "Features.ErrorCatalogue.ShownProblems")!.GetField("All", BindingFlags.Static | BindingFlags.NonPublic)!;
        foreach (var problem in (IEnumerable<object>)all.GetValue(null)!)
        {
            var key = (string)Property(problem, "Key");
            var texts = "src/Idp/" + ((Type)Property(problem, "Texts")).FullName![Namespace.Length..].Replace('.', '/');
            yield return ((string)Property(problem, "Code"), new ProblemWords(Read(texts + ".resx"), key), new ProblemWords(Read(texts + ".en.resx"), key));
        }
    }

    private static object Property(object problem, string name)
        => problem.GetType().GetProperty(name, BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)!.GetValue(problem)!;

    private static object? Field(string name) => Catalogue.GetField(name, BindingFlags.Static | BindingFlags.NonPublic)!.GetValue(null);

    private static IEnumerable<string> ErrorsOf(string code)
        => (IEnumerable<string>)Catalogue.GetMethod("ErrorsOf", BindingFlags.Static | BindingFlags.NonPublic)!.Invoke(null, [code])!;

    private static Dictionary<string, string> Read(string resx)
        => XDocument.Load(RepositoryRoot.File(resx)).Descendants("data")
            .ToDictionary(data => data.Attribute("name")!.Value, data => data.Element("value")!.Value);

    private sealed class ProblemWords(Dictionary<string, string> texts, string key)
    {
        internal string Title => texts[key + ".Title"];

        internal string What => texts[key + ".What"];

        internal string? Why => texts.GetValueOrDefault(key + ".Why");

        internal string Next => texts[key + ".Next"];
    }
}
