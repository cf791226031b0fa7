using System.Net;
using System.Web;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>A browser that keeps cookies and follows nothing by itself.</summary>
internal sealed class TestBrowser(HttpMessageHandler handler) : IDisposable
{
    private readonly HttpClient _http = new(handler) { BaseAddress = new Uri(OidcServer.Origin) };

    internal Dictionary<string, string> Cookies { get; } = [];

    internal Task<HttpResponseMessage> GetAsync(string address)
        => SendAsync(new HttpRequestMessage(HttpMethod.Get, address));

    internal Task<HttpResponseMessage> PostAsync(string address, IEnumerable<KeyValuePair<string, string>> form)
        => SendAsync(new HttpRequestMessage(HttpMethod.Post, address) { Content = new FormUrlEncodedContent(form) });

    internal async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        if (Cookies.Count > 0)
        {
            request.Headers.Add("Cookie", string.Join("; ", Cookies.Select(c => $"{c.Key}={c.Value}")));
        }

        var response = await _http.SendAsync(request);
        if (response.Headers.TryGetValues("Set-Cookie", out var set))
        {
            foreach (var cookie in set)
            {
                var pair = cookie.Split(';')[0].Split('=', 2);
                if (cookie.Contains("expires=Thu, 01 Jan 1970", StringComparison.OrdinalIgnoreCase))
                {
                    Cookies.Remove(pair[0]);
                }
                else
                {
                    Cookies[pair[0]] = pair[1];
                }
            }
        }

        return response;
    }

    public void Dispose() => _http.Dispose();
}

internal static class Answers
{
    /// <summary>Becomes the same browser, one that follows nothing by itself.</summary>
    internal static void CopyCookies(this TestBrowser browser, CitizenBrowser from)
    {
        foreach (var (name, cookie) in from.Cookies)
        {
            browser.Cookies[name] = cookie;
        }
    }

    /// <summary>Sends "continue with this session" to a sign-in page, whether or not the page offers it.</summary>
    internal static async Task ContinueAsync(this CitizenBrowser browser, string address)
    {
        var page = await browser.OpenAsync(address);
        var action = new Dictionary<string, string> { ["action"] = address + "&handler=Continue" };
        await browser.SendAsync(page, page.Forms[0] with { Attributes = action });
    }

    /// <summary>Where the answer sends the browser.</summary>
    internal static Uri Redirect(this HttpResponseMessage response)
    {
        ((int)response.StatusCode).ShouldBeInRange(300, 399, response.Content.ReadAsStringAsync().Result);
        return new Uri(new Uri(OidcServer.Origin), response.Headers.Location!);
    }

    /// <summary>The parameters in an address.</summary>
    internal static Dictionary<string, string> Query(this Uri address)
    {
        var query = HttpUtility.ParseQueryString(address.Query);
        return query.AllKeys.ToDictionary(key => key!, key => query[key]!);
    }

    internal static async Task<System.Text.Json.Nodes.JsonObject> JsonAsync(
        this HttpResponseMessage response, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(expected, text);
        return System.Text.Json.Nodes.JsonNode.Parse(text)!.AsObject();
    }
}
