using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Moi.Identity.Testing;

namespace Moi.Identity.Sdk.Tests.Fake;

/// <summary>An agency's application built on the package, with the fake provider beside it and a browser in front of it.</summary>
internal sealed class Agency : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("moi-sdk-").FullName;
    private readonly List<WebApplication> _peers = [];
    private WebApplication? _app;

    internal FakeTimeProvider Time { get; } = new(TimeProvider.System.GetUtcNow());

    internal FakeProvider Provider { get; private set; } = null!;

    internal Browser Browser { get; } = new();

    internal string Origin { get; } = $"http://agency.localhost:{FreePort.Next()}";

    internal string KeysFolder => Path.Combine(_folder, "keys");

    internal RecordedLog Log { get; } = new();

    internal Dictionary<string, string?> Settings { get; } = [];

    internal IServiceProvider Services => _app!.Services;

    /// <summary>More services of the application.</summary>
    internal Action<WebApplicationBuilder> Configure { get; set; } = _ => { };

    /// <summary>More endpoints of the application.</summary>
    internal Action<WebApplication> Map { get; set; } = _ => { };

    internal static Task<Agency> StartAsync(params (string Name, string Value)[] settings) => StartAsync(_ => Task.CompletedTask, settings);

    internal static async Task<Agency> StartAsync(Func<Agency, Task> prepare, params (string Name, string Value)[] settings)
    {
        var agency = new Agency();
        agency.Provider = await FakeProvider.StartAsync(agency.Time);
        agency.Provider.JwksUri = agency.Origin + "/moi/jwks";
        foreach (var (name, value) in settings)
        {
            agency.Settings["MoiIdentity:" + name] = value;
        }

        await prepare(agency);
        await agency.RestartAsync();
        return agency;
    }

    /// <summary>Stops the application and starts it again with the same settings and folders.</summary>
    internal async Task RestartAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        _app = await StartAsync(Origin);
    }

    /// <summary>Another instance of the same application, with the same settings and folders, and an address of its own.</summary>
    internal async Task<string> StartPeerAsync()
    {
        var address = $"http://agency.localhost:{FreePort.Next()}";
        _peers.Add(await StartAsync(address));
        return address;
    }

    private async Task<WebApplication> StartAsync(string address)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = _folder, EnvironmentName = "Production" });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["MoiIdentity:Authority"] = Provider.Origin,
            ["MoiIdentity:ClientId"] = "agency",
            ["MoiIdentity:PublicOrigin"] = Origin,
            ["MoiIdentity:Keys"] = "keys",
        });
        builder.Configuration.AddInMemoryCollection(Settings);
        builder.Logging.ClearProviders().AddProvider(Log);
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.WebHost.UseUrls(address);
        builder.AddMoiIdentity();
        Configure(builder);

        var app = builder.Build();
        app.UseMoiIdentity();
        app.MapMoiIdentity();
        app.MapGet("/", () => "public");
        app.MapGet("/me", (CitizenContext c) => new { c.Subject, c.Nickname, c.Acr, c.Amr, c.AuthTime, c.Sid, c.Level }).RequireCitizen();
        app.MapGet("/claims", (HttpContext c) => c.User.Claims.Select(x => x.Type).Distinct()).RequireCitizen();
        app.MapGet("/high", () => "high").RequireAssurance(AssuranceLevel.Three);
        app.MapGet("/fresh", [RequireAssurance(AssuranceLevel.One, MaxAgeMinutes = 5)] () => "fresh");
        app.MapGet("/form", () => "form").RequireCitizen();
        app.MapPost("/form", [RequireAssurance(AssuranceLevel.Two)] () => "posted");
        app.MapGet("/role", [RequireAssurance(AssuranceLevel.Three)][Authorize(Roles = "clerk")] () => "role");
        app.MapHealthChecks("/health");
        Map(app);
        await app.StartAsync();
        return app;
    }

    internal Task<HttpResponseMessage> GetAsync(string path) => Browser.GetAsync(Origin + path);

    internal async Task<HttpResponseMessage> SignInAsync(Persona? persona = null)
    {
        Provider.Persona = persona ?? Provider.Persona;
        return await GetAsync("/moi/login?returnUrl=/me");
    }

    /// <summary>Whether the browser's session is still there, without starting a new sign-in.</summary>
    internal async Task<bool> IsSignedInAsync()
    {
        using var response = await Browser.OnceAsync(HttpMethod.Get, Origin + "/form");
        return response.StatusCode == System.Net.HttpStatusCode.OK;
    }

    /// <summary>The provider's call, from outside the browser.</summary>
    internal async Task<HttpResponseMessage> LogOutByBackChannelAsync(string token)
    {
        using var http = LocalhostHttp.Client(Origin);
        return await http.PostAsync(Origin + "/moi/backchannel-logout", new FormUrlEncodedContent([new("logout_token", token)]));
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        foreach (var peer in _peers)
        {
            await peer.DisposeAsync();
        }

        await Provider.DisposeAsync();
        Browser.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
