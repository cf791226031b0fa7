using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Moi.Identity.Sdk.Tests.Fake;
using Moi.Identity.Testing;

namespace Moi.Identity.Sdk.Tests.Real;

/// <summary>An application that is built on the package, as its documents say.</summary>
internal sealed class RealApplication : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RealApplication(WebApplication app) => _app = app;

    /// <summary>Starts an application.</summary>
    /// <param name="origin">Where it listens.</param>
    /// <param name="folder">Where it may keep its keys.</param>
    /// <param name="time">Its clock.</param>
    /// <param name="log">Where its log goes.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="build">Adds its services and gives what maps its endpoints.</param>
    internal static async Task<RealApplication> StartAsync(
        string origin, string folder, TimeProvider time, RecordedLog log, Dictionary<string, string?> settings,
        Func<WebApplicationBuilder, Action<WebApplication>> build)
    {
        Directory.CreateDirectory(folder);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = folder, EnvironmentName = "Production" });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.ClearProviders().AddProvider(log);
        builder.Services.AddSingleton(time);
        builder.WebHost.UseUrls(origin);
        var map = build(builder);
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return new RealApplication(app);
    }

    /// <summary>A client whose calls go to an application on this machine.</summary>
    internal static IHttpClientBuilder Client(WebApplicationBuilder builder, string name, string origin)
        => builder.Services.AddHttpClient(name, http => http.BaseAddress = new Uri(origin))
            .ConfigurePrimaryHttpMessageHandler(() => LocalhostHttp.Handler());

    /// <summary>The answer of an API, its challenge if it gave one, and why nothing was asked if so.</summary>
    internal static async Task<string> CallAsync(IHttpClientFactory clients, string name, string path)
    {
        try
        {
            using var http = clients.CreateClient(name);
            using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
            return $"{(int)answer.StatusCode} {string.Join(" | ", answer.Headers.WwwAuthenticate)}{await answer.Content.ReadAsStringAsync()}";
        }
        catch (MoiTokenException failure)
        {
            return $"{failure.Failure} {failure.Error} {failure.Message}";
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
