using System.Net;
using Moi.Identity.Testing;

namespace Moi.Identity.Sdk.Tests.Fake;

/// <summary>A browser without script: cookies, redirects, and a note of every address it visited.</summary>
internal sealed class Browser : IDisposable
{
    private readonly HttpClient _http;

    internal Browser()
    {
        var handler = LocalhostHttp.Handler();
        handler.CookieContainer = Cookies;
        _http = new HttpClient(handler);
    }

    internal CookieContainer Cookies { get; } = new();

    internal List<Uri> Visited { get; } = [];

    internal Dictionary<string, string> Headers { get; } = [];

    internal Task<HttpResponseMessage> GetAsync(string address) => FollowAsync(HttpMethod.Get, address, null);

    internal Task<HttpResponseMessage> PostAsync(string address, params (string, string)[] fields) =>
        FollowAsync(HttpMethod.Post, address, new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Item1, f.Item2))));

    /// <summary>One request, no redirect followed.</summary>
    internal async Task<HttpResponseMessage> OnceAsync(HttpMethod method, string address, HttpContent? content = null, CancellationToken ct = default)
    {
        using var request = new HttpRequestMessage(method, address) { Content = content };
        foreach (var (name, value) in Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        Visited.Add(request.RequestUri!);
        return await _http.SendAsync(request, ct);
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> FollowAsync(HttpMethod method, string address, HttpContent? content)
    {
        Visited.Clear();
        var response = await OnceAsync(method, address, content);
        for (var hops = 0; response.Headers.Location is { } next; hops++)
        {
            hops.ShouldBeLessThan(12, "redirects without end");
            response = await OnceAsync(HttpMethod.Get, new Uri(Visited[^1], next).AbsoluteUri);
        }

        return response;
    }
}
