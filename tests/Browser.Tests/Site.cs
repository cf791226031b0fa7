using Moi.Identity.Testing;

[assembly: AssemblyFixture(typeof(Moi.Identity.Browser.Tests.Site))]

namespace Moi.Identity.Browser.Tests;

/// <summary>
/// The identity provider and the sample agency as <c>./run</c> starts them: two processes on free ports, one
/// registered with the other, for all tests of this project.
/// </summary>
public sealed class Site : IAsyncLifetime, ISite
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("moi-agency-");
    private IdpProcess _idp = null!;
    private ChildProcess _agency = null!;

    /// <summary>The identity provider's origin.</summary>
    public string Idp => _idp.Origin;

    /// <summary>The sample agency's origin.</summary>
    public string Agency { get; } = $"http://hello.localhost:{FreePort.Next()}";

    public async ValueTask InitializeAsync()
    {
        _idp = await IdpProcess.StartAsync();
        await SampleAgency.RegisterAsync(_idp, Agency, _folder.FullName);
        _agency = await ChildProcess.StartAsync(
            [
                "dotnet", RepositoryRoot.Built("samples/HelloAgency", "HelloAgency.dll"),
                "--contentRoot", RepositoryRoot.File("samples/HelloAgency"),
            ],
            environment: new Dictionary<string, string?>
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Development",
                ["PublicOrigin"] = Agency,
                ["MoiIdentity__Authority"] = Idp,
                ["MoiIdentity__Keys"] = _folder.FullName,
            });
        using var http = LocalhostHttp.Client(Agency);
        await Eventually.TrueAsync(
            async () => _agency.HasExited
                || (await http.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode,
            "the sample agency is ready");
        if (_agency.HasExited)
        {
            throw new InvalidOperationException($"The sample agency ended with {_agency.ExitCode}:\n{_agency.Output}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _agency.DisposeAsync();
        await _idp.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
