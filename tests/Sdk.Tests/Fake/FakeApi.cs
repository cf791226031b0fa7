using System.Collections.Concurrent;
using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Moi.Identity.Testing;

namespace Moi.Identity.Sdk.Tests.Fake;

/// <summary>An API that is protected by the package.</summary>
internal sealed class FakeApi : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("moi-api-").FullName;
    private WebApplication _app = null!;

    internal string Origin { get; } = $"http://taxes.localhost:{FreePort.Next()}";

    internal RecordedLog Log { get; } = new();

    /// <summary>What arrived: the scheme and the token.</summary>
    internal ConcurrentQueue<string> Received { get; } = new();

    /// <summary>Comes before everything; true when it has answered.</summary>
    internal Func<HttpContext, bool> Before { get; set; } = _ => false;

    internal static async Task<FakeApi> StartAsync(FakeProvider provider, TimeProvider time, Action<WebApplicationBuilder>? more = null, params (string Name, string Value)[] settings)
    {
        var api = new FakeApi();
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = api._folder, EnvironmentName = "Production" });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["MoiIdentityApi:Authority"] = provider.Origin,
            ["MoiIdentityApi:Audience"] = api.Origin,
            ["MoiIdentityApi:PublicOrigin"] = api.Origin,
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value)));
        builder.Logging.ClearProviders().AddProvider(api.Log);
        builder.Services.AddSingleton(time);
        builder.WebHost.UseUrls(api.Origin);
        builder.AddMoiIdentityApi();
        more?.Invoke(builder);

        api._app = builder.Build();
        api._app.Use(async (context, next) =>
        {
            api.Received.Enqueue(context.Request.Headers.Authorization.ToString());
            if (!api.Before(context))
            {
                await next(context);
            }
        });

        // Said here, because they would come first otherwise.
        api._app.UseRouting();
        api._app.UseAuthentication();
        api._app.UseAuthorization();
        api._app.MapGet("/who", (ClaimsPrincipal caller) => $"{caller.FindFirstValue("sub")} {caller.FindFirstValue("client_id")} {caller.FindFirstValue("scope")}")
            .RequireToken();
        api._app.MapGet("/taxes/{year?}", () => "taxes").RequireScope("taxes.read", "taxes.write");
        api._app.MapPost("/taxes", async (Stream body) => await new StreamReader(body).ReadToEndAsync()).RequireScope("taxes.write");
        api._app.MapGet("/letters", [RequireScope("taxes.read")][RequireAssurance(AssuranceLevel.Two, MaxAgeMinutes = 5)] () => "letters");
        api._app.MapGet("/sure", [RequireAssurance(AssuranceLevel.Two)] () => "sure");
        api._app.MapGet("/highest", [RequireAssurance(AssuranceLevel.Three)] () => "highest");
        api._app.MapGet("/role", [Authorize(Roles = "clerk")] () => "role");
        api._app.MapGet("/open", () => "open");
        if (more is not null)
        {
            api._app.MapMoiIdentityClient();
            api._app.MapGet("/further", async (IHttpClientFactory clients) =>
            {
                try
                {
                    return await clients.CreateClient("further").GetStringAsync("/who");
                }
                catch (MoiTokenException failure)
                {
                    return $"{failure.Failure} {failure.Error}";
                }
            });
        }

        await api._app.StartAsync();
        return api;
    }

    internal async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? authorization, string? proof = null, string? body = null)
    {
        using var http = LocalhostHttp.Client(Origin);
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body) };
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        if (proof is not null)
        {
            request.Headers.TryAddWithoutValidation("DPoP", proof);
        }

        return await http.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
