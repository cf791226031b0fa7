using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Moi.Identity.Testing;

namespace Moi.Identity.Repository.Tests;

/// <summary>What we build on, and that a clean clone builds on exactly that.</summary>
public partial class PackageTests
{
    private static readonly XDocument Packages = XDocument.Load(RepositoryRoot.File("Directory.Packages.props"));

    /// <summary>Seen failing on 2026-11-23, with a floating version planted.</summary>
    [Fact]
    public void Every_version_is_exact()
    {
        Packages.Descendants("PackageVersion")
            .Where(package => !ExactVersion().IsMatch(package.Attribute("Version")!.Value))
            .Select(package => package.ToString()).ShouldBeEmpty();

        using var tools = JsonDocument.Parse(Tree.Read(".config/dotnet-tools.json"));
        tools.RootElement.GetProperty("tools").EnumerateObject()
            .Where(tool => !ExactVersion().IsMatch(tool.Value.GetProperty("version").GetString()!)
                || tool.Value.GetProperty("rollForward").GetBoolean())
            .Select(tool => tool.Name).ShouldBeEmpty();
    }

    /// <summary>Seen failing on 2026-11-23, with a Version attribute planted in a project.</summary>
    [Fact]
    public void Versions_stand_in_one_file()
        => Tree.Matching("**/*.csproj")
            .SelectMany(file => XDocument.Load(RepositoryRoot.File(file)).Descendants("PackageReference")
                .Where(package => package.Attribute("Version") is not null || package.Attribute("VersionOverride") is not null)
                .Select(package => $"{file}: {package}"))
            .ShouldBeEmpty();

    /// <summary>Seen failing on 2026-11-23, with a lock file moved away.</summary>
    [Fact]
    public void Every_project_has_its_lock_file()
        => Tree.Matching("**/*.csproj")
            .Select(file => Path.GetDirectoryName(file) + "/packages.lock.json")
            .Except(Tree.Files).ShouldBeEmpty();

    /// <summary>Seen failing on 2026-11-23, with a project left out.</summary>
    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Tree.Read("Identity.sln").Replace('\\', '/');
        Tree.Matching("**/*.csproj").Where(file => !solution.Contains($"\"{file}\"", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    /// <summary>Seen failing on 2026-11-23, with a line of the page removed and with a package that is gone left on it.</summary>
    [Fact]
    public void Every_package_has_a_line_that_says_why_it_is_here()
    {
        var explained = PackageLine().Matches(Tree.Read("docs/dependencies.md")).Select(match => match.Groups["package"].Value).ToArray();
        Packages.Descendants("PackageVersion").Select(package => package.Attribute("Include")!.Value)
            .ShouldBe(explained, ignoreOrder: true);
    }

    /// <summary>Seen failing on 2026-11-23, with an unused package planted.</summary>
    [Fact]
    public void Every_package_is_used()
    {
        var used = Tree.Matching("**/*.csproj").Concat(["Directory.Build.props"])
            .SelectMany(file => XDocument.Load(RepositoryRoot.File(file)).Descendants("PackageReference"))
            .Select(package => package.Attribute("Include")!.Value);
        Packages.Descendants("PackageVersion").Select(package => package.Attribute("Include")!.Value).Except(used).ShouldBeEmpty();
    }

    /// <summary>Seen failing on 2026-11-26, with a range of versions and with a package that no line explains.</summary>
    [Fact]
    public void Packages_of_npm_have_one_exact_version_and_a_reason_each()
    {
        var packages = JsonNode.Parse(Tree.Read("tests/Peers/package.json"))!["dependencies"]!.AsObject();
        packages.Where(package => !ExactVersion().IsMatch((string)package.Value!)).ShouldBeEmpty();
        packages.Select(package => package.Key)
            .ShouldBe(NpmLine().Matches(Tree.Read("docs/dependencies.md")).Select(match => match.Groups["package"].Value), ignoreOrder: true);
    }

    [GeneratedRegex(@"^\d+\.\d+\.\d+(\.\d+)?(-[0-9A-Za-z.-]+)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ExactVersion();

    [GeneratedRegex(@"^\| `(?<package>[\w.]+)` \|[^|]*\w[^|]*\|", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex PackageLine();

    [GeneratedRegex(@"^\| npm `(?<package>[\w@/.-]+)` \|[^|]*\w[^|]*\|", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex NpmLine();
}
