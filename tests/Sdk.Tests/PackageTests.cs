using System.Diagnostics;
using System.IO.Compression;
using Moi.Identity.Testing;

namespace Moi.Identity.Sdk.Tests;

/// <summary>What agencies install.</summary>
public sealed class PackageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("moi-pack-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_package_holds_what_it_promises()
    {
        await PackAsync();

        using var package = await ZipFile.OpenReadAsync(Directory.GetFiles(_folder, "Moi.Identity.*.nupkg").Single());
        var names = package.Entries.Select(e => e.FullName).ToArray();
        names.ShouldContain("README.md");
        names.ShouldContain("lib/net10.0/Moi.Identity.dll");
        names.ShouldContain("lib/net10.0/Moi.Identity.xml");
        names.ShouldContain("lib/net10.0/en/Moi.Identity.resources.dll");
        names.ShouldNotContain(name => name.EndsWith(".pem", StringComparison.Ordinal));

        using var symbols = await ZipFile.OpenReadAsync(Directory.GetFiles(_folder, "Moi.Identity.*.snupkg").Single());
        symbols.Entries.ShouldContain(e => e.FullName == "lib/net10.0/Moi.Identity.pdb");

        using var reader = new StreamReader(package.Entries.Single(e => e.FullName == "Moi.Identity.nuspec").Open());
        var nuspec = await reader.ReadToEndAsync();
        nuspec.ShouldContain("<license type=\"expression\">Apache-2.0</license>");
        nuspec.ShouldContain("<readme>README.md</readme>");
        nuspec.ShouldNotContain("Meziantou");
    }

    private async Task PackAsync()
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])
            ["pack", RepositoryRoot.File("src", "Sdk"), "--no-build", "-c", RepositoryRoot.Configuration, "-o", _folder, "--nologo"])
        {
            start.ArgumentList.Add(argument);
        }

        using var pack = Process.Start(start)!;
        var errors = pack.StandardError.ReadToEndAsync();
        var output = await pack.StandardOutput.ReadToEndAsync();
        await pack.WaitForExitAsync();
        pack.ExitCode.ShouldBe(0, output + await errors);
    }
}
