using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Moi.Identity.Testing;

namespace Moi.Identity.Repository.Tests;

/// <summary>Who may know whom.</summary>
public partial class DependencyTests
{
    /// <summary>Each feature of the identity provider, and the other features that it may name.</summary>
    private static readonly Dictionary<string, string[]> FeaturesKnow = new()
    {
        ["Account"] = ["Audit", "Passkeys"],
        ["Administrators"] = ["Audit", "Passkeys"],
        ["Assessment"] = ["Administrators", "Clients", "Oidc"],
        ["Audit"] = [],
        ["Citizens"] = ["Audit", "Clients"],
        ["Clients"] = ["Audit", "Passkeys", "SignIn"],
        ["Consent"] = ["Account", "Audit", "Clients", "Oidc", "SignIn"],
        ["DynamicRegistration"] = ["Audit", "Clients", "ErrorCatalogue"],
        ["ErrorCatalogue"] = [],
        ["Devices"] = ["Account", "Audit", "Clients", "Consent", "Oidc", "Passkeys", "SignIn"],
        ["InAppBrowsers"] = ["SignIn"],
        ["Metadata"] = ["Audit", "Oidc", "Passkeys"],
        ["Oidc"] = ["Audit", "Clients", "DynamicRegistration", "ErrorCatalogue", "Operations", "Passkeys", "SignIn"],
        ["Operations"] = ["Audit"],
        ["Passkeys"] = ["Audit"],
        ["SessionEnd"] = ["SignIn"],
        ["SignIn"] = ["Audit", "Passkeys"],
        ["SignUp"] = ["Passkeys", "SignIn"],
    };

    /// <summary>Seen failing on 2026-11-23, with a FrameworkReference to ASP.NET Core and a use of it planted in Fido2.</summary>
    [Fact]
    public void Fido2_knows_nothing_of_the_web_or_a_database()
        => Assembly.Load("Moi.Identity.Fido2").GetReferencedAssemblies().Select(a => a.Name!)
            .Where(name => !name.StartsWith("System.", StringComparison.Ordinal)
                && name is not ("NSec.Cryptography" or "BouncyCastle.Cryptography"))
            .ShouldBeEmpty();

    /// <summary>Seen failing on 2026-11-23, with a ProjectReference from the Sdk to the identity provider.</summary>
    [Theory]
    [InlineData("src/Fido2/*.csproj")]
    [InlineData("src/Idp/*.csproj", "src/Fido2/Moi.Identity.Fido2.csproj")]
    [InlineData("src/Sdk/*.csproj")]
    [InlineData("samples/**/*.csproj", "src/Sdk/Moi.Identity.csproj")]
    public void Projects_reference_only_what_they_may(string projects, params string[] allowed)
    {
        var files = Tree.Matching(projects).ToArray();
        files.ShouldNotBeEmpty();
        files.SelectMany(file => ProjectReferences(file).Select(reference => $"{file} references {reference}"))
            .Where(found => !allowed.Any(project => found.EndsWith(" references " + project, StringComparison.Ordinal)))
            .ShouldBeEmpty();
    }

    /// <summary>Seen failing on 2026-11-23, with a package of the database planted in the sample agency.</summary>
    [Fact]
    public void Samples_take_no_package_but_the_Sdk()
        => Tree.Matching("samples/**/*.csproj")
            .SelectMany(file => XDocument.Load(RepositoryRoot.File(file)).Descendants("PackageReference")
                .Select(package => $"{file}: {package.Attribute("Include")?.Value}"))
            .Where(found => !found.EndsWith(": Moi.Identity", StringComparison.Ordinal))
            .ShouldBeEmpty();

    /// <summary>Seen failing on 2026-11-23, with a using of the Audit feature planted in a feature that is not on the list.</summary>
    [Fact]
    public void Features_name_only_the_features_they_are_allowed_to()
    {
        var found =
            from file in Tree.Matching("src/Idp/Features/**/*.cs").Concat(Tree.Matching("src/Idp/Features/**/*.cshtml"))
            let feature = file.Split('/')[3]
            where feature.IndexOf('.', StringComparison.Ordinal) < 0
            from named in FeatureName().Matches(Tree.Read(file)).Select(match => match.Groups["feature"].Value).Distinct()
            where named != feature && !FeaturesKnow.GetValueOrDefault(feature, []).Contains(named)
            select $"{file} names {named}";
        found.ShouldBeEmpty();
    }

    private static IEnumerable<string> ProjectReferences(string project) =>
        XDocument.Load(RepositoryRoot.File(project)).Descendants("ProjectReference")
            .Select(reference => Path.GetFullPath(reference.Attribute("Include")!.Value, Path.GetDirectoryName(RepositoryRoot.File(project))!))
            .Select(path => Path.GetRelativePath(RepositoryRoot.Path, path).Replace('\\', '/'));

    [GeneratedRegex(@"\bMoi\.Identity\.Idp\.Features\.(?<feature>\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FeatureName();
}
