using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Hosting;

/// <summary>The whole server in this process, over HTTP in memory, with a clock that tests set.</summary>
public sealed class IdpApplication(IReadOnlyDictionary<string, string?> settings) : WebApplicationFactory<Program>
{
    public const string Origin = "http://idp.localhost:5080";

    /// <summary>Starts at an ordinary Monday morning in Taiwan and moves only when a test moves it.</summary>
    public FakeTimeProvider Time { get; init; } = new(new DateTimeOffset(2026, 11, 23, 1, 0, 0, TimeSpan.Zero));

    /// <summary>Every line the server logged.</summary>
    public LogLines Log { get; } = new();

    /// <summary>A new browser without cookies.</summary>
    public CitizenBrowser Browser(SoftAuthenticator? authenticator = null)
        => new(Server.CreateHandler(), Origin, authenticator);

    /// <summary>Another server on the same data.</summary>
    public IdpApplication Again() => new(settings) { Time = Time };

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Development");
        builder.UseSetting("Idp:PublicOrigin", Origin);
        foreach (var (name, value) in settings)
        {
            builder.UseSetting(name, value);
        }

        builder.ConfigureLogging(logging => logging.ClearProviders().AddProvider(Log));
        builder.ConfigureTestServices(services =>
        {
            services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Time));
            services.AddSingleton<IStartupFilter, Peer>();
        });
    }
}
