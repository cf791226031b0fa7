using System.Net;

namespace Moi.Identity.LoadGenerator;

/// <summary>A browser with cookies and no habits: it follows redirects only when told.</summary>
internal sealed class Browser(HttpClient http, string origin)
{
    private readonly Dictionary<string, string> _cookies = new(StringComparer.Ordinal);

    /// <summary>Fetches a page and follows redirects within the server.</summary>
    /// <returns>The page, or the address outside the server that it was sent to.</returns>
    internal Task<Page> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    internal Task<Page> PostAsync(string path, Dictionary<string, string> fields) => SendAsync(HttpMethod.Post, path, fields);

    private async Task<Page> SendAsync(HttpMethod method, string path, Dictionary<string, string>? fields)
    {
        for (var hops = 0; hops < 10; hops++)
        {
            using var request = new HttpRequestMessage(method, path);
            if (_cookies.Count > 0)
            {
                request.Headers.Add("Cookie", string.Join("; ", _cookies.Select(c => c.Key + "=" + c.Value)));
            }

            if (fields is not null)
            {
                request.Content = new FormUrlEncodedContent(fields);
                request.Headers.Add("Origin", origin);
            }

            using var response = await http.SendAsync(request);
            Remember(response);
            if (response.StatusCode is HttpStatusCode.Found or HttpStatusCode.SeeOther)
            {
                var target = new Uri(new Uri(origin), response.Headers.Location!);
                if (target.GetLeftPart(UriPartial.Authority) != origin)
                {
                    return new Page(target, "");
                }

                (method, path, fields) = (HttpMethod.Get, target.PathAndQuery, null);
                continue;
            }

            var html = await response.Content.ReadAsStringAsync();
            return response.IsSuccessStatusCode
                ? new Page(new Uri(new Uri(origin), path), html)
                : throw new InvalidOperationException($"{method} {path.Split('?')[0]}: {(int)response.StatusCode}\n{html[..Math.Min(html.Length, 3000)]}");
        }

        throw new InvalidOperationException("Too many redirects.");
    }

    private void Remember(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("Set-Cookie", out var cookies))
        {
            return;
        }

        foreach (var cookie in cookies)
        {
            var pair = cookie.Split(';')[0].Split('=', 2);
            if (pair[1].Length == 0)
            {
                _cookies.Remove(pair[0]);
            }
            else
            {
                _cookies[pair[0]] = pair[1];
            }
        }
    }
}

/// <summary>Where the browser is, and what it shows.</summary>
internal sealed record Page(Uri Address, string Html);
