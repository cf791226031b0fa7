using System.Text.RegularExpressions;
using Moi.Identity.Testing;

namespace Moi.Identity.Repository.Tests;

/// <summary>What the documents say is there, is there.</summary>
public partial class DocumentTests
{
    private static readonly bool Rewrite = Environment.GetEnvironmentVariable("REWRITE_DOCUMENTS") == "yes";

    /// <summary>Seen failing on 2026-11-23, with a comment removed from an option.</summary>
    [Fact]
    public void Every_option_is_documented()
    {
        GeneratedPages.Options().ShouldNotBeEmpty();
        GeneratedPages.Options().SelectMany(option => GeneratedPages.Bound(option.Type))
            .Where(property => GeneratedPages.Summary(property) is null)
            .Select(property => $"{property.DeclaringType!.Name}.{property.Name}").ShouldBeEmpty();
    }

    /// <summary>Seen failing on 2026-11-23, with a comment removed from an event and with a name that is not in it.</summary>
    [Fact]
    public void Every_audit_event_is_documented_under_its_name()
    {
        var documented = GeneratedPages.Events()
            .Select(method => (method.Name, Event: EventSummary().Match(GeneratedPages.Summary(method) ?? "").Groups["event"].Value))
            .ToArray();
        documented.ShouldNotBeEmpty();
        documented.Where(method => method.Event.Length == 0).ShouldBeEmpty();
        documented.Select(method => method.Event).ShouldBeUnique();
        Tree.Matching("src/Idp/**/*.cs").SelectMany(file => EventWritten().Matches(Tree.Read(file)))
            .Select(match => match.Groups["event"].Value)
            .ShouldBe(documented.Select(method => method.Event), ignoreOrder: true);
    }

    /// <summary>
    /// <c>tools/documents</c> writes them. Seen failing on 2026-11-23, with a default changed and an event added.
    /// </summary>
    [Theory]
    [InlineData(GeneratedPages.Configuration)]
    [InlineData(GeneratedPages.AuditEvents)]
    public void Pages_written_from_the_code_are_up_to_date(string page)
    {
        var expected = GeneratedPages.Rewritten(page);
        if (Rewrite)
        {
            File.WriteAllText(RepositoryRoot.File(page), expected);
        }

        // The first line that differs says enough.
        expected.Split('\n').Zip(Tree.Read(page).Split('\n').Append("(end)"))
            .Where(lines => lines.First != lines.Second).Take(1)
            .ShouldBeEmpty("Run tools/documents.");
    }

    /// <summary>Seen failing on 2026-11-26, with a line added to a page.</summary>
    [Fact]
    public void Pages_about_errors_are_up_to_date()
    {
        var pages = ErrorPages.All().ToList();
        if (Environment.GetEnvironmentVariable("REWRITE_DOCUMENTS") == "yes")
        {
            Directory.CreateDirectory(RepositoryRoot.File("docs/errors"));
            pages.ForEach(page => File.WriteAllText(RepositoryRoot.File(page.Path), page.Text));
        }

        pages.Where(page => !File.Exists(RepositoryRoot.File(page.Path)) || Tree.Read(page.Path) != page.Text).Select(page => page.Path).ShouldBeEmpty();
        Tree.Matching("docs/errors/*.md").Except(pages.Select(page => page.Path)).ShouldBeEmpty();
    }

    /// <summary>Seen failing on 2026-11-27: the codes of what people are shown had no page.</summary>
    [Fact]
    public void Every_code_in_the_server_has_a_page()
        => Tree.Matching("src/Idp/**/*.cs").SelectMany(file => Code().Matches(Tree.Read(file)).Select(code => code.Value)).Distinct()
            .Where(code => !File.Exists(RepositoryRoot.File($"docs/errors/{code}.md"))).ShouldBeEmpty();

    /// <summary>Seen failing on 2026-11-23, with a script and a project that do not exist planted in a document.</summary>
    [Fact]
    public void Commands_in_documents_exist()
    {
        var commands =
            from file in Tree.Matching("**/*.md")
            from block in CodeBlock().Matches(Tree.Read(file)).Cast<Match>()
            from Match match in CommandOfOurs().Matches(block.Value)
            let target = match.Groups["script"].Success ? match.Groups["script"].Value : match.Groups["project"].Value
            where !File.Exists(RepositoryRoot.File(target)) && !Directory.Exists(RepositoryRoot.File(target))
            select $"{file}: {match.Value.Trim()}";
        commands.ShouldBeEmpty();
    }

    /// <summary>Seen failing on 2026-11-23, with a link to a page that does not exist planted.</summary>
    [Fact]
    public void Links_between_documents_lead_somewhere()
    {
        var broken =
            from file in Tree.Matching("**/*.md")
            from Match link in LocalLink().Matches(Tree.Read(file))
            let target = Path.GetFullPath(link.Groups["target"].Value, Path.GetDirectoryName(RepositoryRoot.File(file))!)
            where !Path.Exists(target)
            select $"{file}: {link.Groups["target"].Value}";
        broken.ShouldBeEmpty();
    }

    /// <summary>Seen failing on 2026-11-26, with a test renamed and with a class of tests that does not exist planted.</summary>
    [Fact]
    public void Tests_in_documents_exist()
    {
        var tests = Tree.Matching("tests/**/*.cs").Select(Tree.Read).ToList();
        var missing =
            from file in Tree.Matching("**/*.md")
            from Match named in NamedTest().Matches(Tree.Read(file))
            let type = named.Groups["class"].Value
            let name = named.Groups["test"].Value
            where !tests.Any(text => text.Contains($"class {type}", StringComparison.Ordinal)
                && (name.Length == 0 || text.Contains($" {name}(", StringComparison.Ordinal)))
            select $"{file}: {named.Value}";
        missing.ShouldBeEmpty();
    }

    [GeneratedRegex(@"`(?<class>[A-Z]\w+Tests)(\.(?<test>\w+))?`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamedTest();

    [GeneratedRegex(@"^`(?<event>[a-z_]+\.[a-z_]+)`: \w", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EventSummary();

    [GeneratedRegex(@"\bNew\(\s*\w+,\s*""(?<event>[a-z_]+\.[a-z_]+)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EventWritten();

    [GeneratedRegex(@"^```(bash|sh|console)?\n.*?^```", RegexOptions.ExplicitCapture | RegexOptions.Multiline | RegexOptions.Singleline, 1000)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"(?<=^|\s)(\./(?<script>[\w./-]+)|(?<script>tools/\w+)|dotnet run --project (?<project>\S+))", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex CommandOfOurs();

    [GeneratedRegex(@"\]\((?!https?:|mailto:|#)(?<target>[^)#\s]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LocalLink();

    [GeneratedRegex("(?<=\")MOI-[A-Z]+-[0-9]{3}(?=\")", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Code();
}
