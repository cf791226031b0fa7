using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Sdk.Tests.Fake;
using Moi.Identity.Testing;

namespace Moi.Identity.Sdk.Tests.Tokens;

/// <summary>An agency that calls an API in the name of its citizens and in its own.</summary>
internal sealed class CallingAgency : IAsyncDisposable
{
    internal Agency Agency { get; private set; } = null!;

    internal FakeApi Api { get; private set; } = null!;

    internal FakeProvider Provider => Agency.Provider;

    internal static async Task<CallingAgency> StartAsync(
        bool dpop, Action<IHttpClientBuilder, string>? client = null, (string, string)[]? apiSettings = null, params (string, string)[] settings)
    {
        var calling = new CallingAgency();
        calling.Agency = await Agency.StartAsync(
            async agency =>
            {
                calling.Api = await FakeApi.StartAsync(agency.Provider, agency.Time, null, apiSettings ?? []);
                agency.Configure = builder =>
                {
                    var taxes = builder.Services.AddHttpClient("taxes", http => http.BaseAddress = new Uri(calling.Api.Origin))
                        .ConfigurePrimaryHttpMessageHandler(() => LocalhostHttp.Handler());
                    if (client is null)
                    {
                        taxes.AddMoiUserToken(resource: calling.Api.Origin);
                    }
                    else
                    {
                        client(taxes, calling.Api.Origin);
                    }
                };
                agency.Map = app =>
                {
                    app.MapGet("/call/{**path}", (string path, string? client, IHttpClientFactory clients, CancellationToken aborted) =>
                        CallAsync(clients, HttpMethod.Get, path, aborted, client)).RequireCitizen();
                    app.MapGet("/post", (IHttpClientFactory clients, CancellationToken aborted) => CallAsync(clients, HttpMethod.Post, "taxes", aborted)).RequireCitizen();
                    app.MapGet("/open-call/{**path}", (string path, IHttpClientFactory clients, CancellationToken aborted) => CallAsync(clients, HttpMethod.Get, path, aborted));
                };
            },
            [("Scopes:0", "offline_access"), ("Scopes:1", "taxes.read"), ("Scopes:2", "taxes.write"), ("Dpop", dpop.ToString()), .. settings]);
        return calling;
    }

    /// <summary>Signs in and gives the API's answer to one call.</summary>
    internal async Task<string> SignInAndCallAsync(string path = "/call/who")
    {
        using var signedIn = await Agency.SignInAsync();
        signedIn.StatusCode.ShouldBe(System.Net.HttpStatusCode.OK, Agency.Log.Complaints);
        return await CallAsync(path);
    }

    internal async Task<string> CallAsync(string path = "/call/who", string? instance = null, CancellationToken ct = default)
    {
        using var response = await Agency.Browser.OnceAsync(HttpMethod.Get, (instance ?? Agency.Origin) + path, null, ct);
        return response.StatusCode + " " + await response.Content.ReadAsStringAsync(ct);
    }

    /// <summary>Until the provider has received so many refreshes.</summary>
    internal Task WaitForRefreshAsync(int count)
        => Eventually.TrueAsync(() => Task.FromResult(Provider.CountOf("refresh_token") >= count), $"the provider was asked {count} times");

    public async ValueTask DisposeAsync()
    {
        await Agency.DisposeAsync();
        await Api.DisposeAsync();
    }

    private static async Task<string> CallAsync(IHttpClientFactory clients, HttpMethod method, string path, CancellationToken ct, string? client = null)
    {
        try
        {
            using var http = clients.CreateClient(client ?? "taxes");
            using var request = new HttpRequestMessage(method, path) { Content = method == HttpMethod.Post ? new StringContent("the body") : null };
            using var response = await http.SendAsync(request, ct);
            return (int)response.StatusCode + " " + await response.Content.ReadAsStringAsync(ct);
        }
        catch (MoiTokenException failure)
        {
            return $"{failure.Failure} {failure.Error} {failure.Message}";
        }
        catch (InvalidOperationException failure)
        {
            return failure.Message;
        }
    }
}
