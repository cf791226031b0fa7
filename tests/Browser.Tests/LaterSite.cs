using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Moi.Identity.Testing;

namespace Moi.Identity.Browser.Tests;

/// <summary>
/// The identity provider and the sample agency in this process, on real ports, with one clock that a test moves: for
/// what happens minutes and hours later.
/// </summary>
public sealed class LaterSite : IAsyncLifetime, ISite
{
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly IdpProcess _commands = new();
    private readonly DirectoryInfo _keys = Directory.CreateTempSubdirectory("moi-agency-");
    private readonly int _agencyPort = FreePort.Next();
    private Server<Program> _idp = null!;
    private Server<HelloAgency.Program> _agency = null!;

    public string Idp => _commands.Origin;

    public string Agency => $"http://hello.localhost:{_agencyPort}";

    /// <summary>Moves the clock of both servers. The browser's own does not move.</summary>
    public void Pass(TimeSpan time) => _time.Advance(time);

    public async ValueTask InitializeAsync()
    {
        await SampleAgency.RegisterAsync(_commands, Agency, _keys.FullName);
        _idp = new Server<Program>(_commands.Port, _time, new()
        {
            ["Idp:PublicOrigin"] = Idp,
            ["Idp:DataPath"] = _commands.DataPath,
        });
        _idp.StartServer();
        _agency = new Server<HelloAgency.Program>(_agencyPort, _time, new()
        {
            ["PublicOrigin"] = Agency,
            ["MoiIdentity:Authority"] = Idp,
            ["MoiIdentity:Keys"] = _keys.FullName,
            [WebHostDefaults.ContentRootKey] = RepositoryRoot.File("samples/HelloAgency"),
        });
        _agency.StartServer();
    }

    public async ValueTask DisposeAsync()
    {
        await _agency.DisposeAsync();
        await _idp.DisposeAsync();
        await _commands.DisposeAsync();
        _keys.Delete(recursive: true);
    }

    private sealed class Server<TProgram> : WebApplicationFactory<TProgram>
        where TProgram : class
    {
        private readonly TimeProvider _time;
        private readonly Dictionary<string, string> _settings;

        public Server(int port, TimeProvider time, Dictionary<string, string> settings)
        {
            (_time, _settings) = (time, settings);
            UseKestrel(port);
        }

        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.UseEnvironment("Development");
            foreach (var (name, value) in _settings)
            {
                builder.UseSetting(name, value);
            }

            builder.ConfigureLogging(logging => logging.ClearProviders());
            builder.ConfigureTestServices(services => services.Replace(ServiceDescriptor.Singleton(_time)));
        }
    }
}
