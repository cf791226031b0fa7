using System.Net;
using System.Net.Http.Headers;
using Moi.Identity.Idp.Features.Oidc.Logout;
using Moi.Identity.Idp.Features.Oidc.Outbound;
using Moi.Identity.Idp.Features.Oidc.SecurityEvents;

namespace Moi.Identity.Idp.Features.Oidc.Notices;

/// <summary>Posts a notice in the form of its kind.</summary>
internal sealed class NoticePost(LogoutTokens logout, SecurityEventTokens events, GuardedHttp http)
{
    /// <returns>Nothing if the client has accepted, otherwise why not.</returns>
    internal async Task<string?> TryPostAsync(Notice notice, string address, CancellationToken ct)
    {
        try
        {
            return notice.Kind == NoticeKind.Logout
                ? await PostLogoutAsync(notice, address, ct)
                : await PostEventAsync(notice, address, ct);
        }
        catch (HttpRequestException e)
        {
            // A status line that cannot be read is quoted.
            return ForeignText.Printable(e.Message);
        }
    }

    private async Task<string?> PostLogoutAsync(Notice notice, string address, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address);
        request.Content = new FormUrlEncodedContent([KeyValuePair.Create("logout_token", await logout.CreateAsync(notice, ct))]);
        using var response = await http.SendAsync(request, ct);

        // Back-Channel Logout §2.8: 200, and 204 from frameworks that cannot do otherwise.
        return response.IsSuccessStatusCode ? null : $"The answer was {(int)response.StatusCode}.";
    }

    /// <summary>RFC 8935 §2.</summary>
    private async Task<string?> PostEventAsync(Notice notice, string address, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address);
        request.Content = new StringContent(await events.CreateAsync(notice, ct), new MediaTypeHeaderValue("application/secevent+jwt"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var response = await http.SendAsync(request, ct);

        // RFC 8259 §8.1: JSON is UTF-8, whatever the answer's header says.
        // §2.2: "The Receiver SHALL ... respond with HTTP 202". Anything else has not said that it keeps the event.
        return response.StatusCode == HttpStatusCode.Accepted ? null
            : response.StatusCode == HttpStatusCode.BadRequest && ReceiverError.Read(await response.Content.ReadAsByteArrayAsync(ct)) is { } error
                ? $"The answer was 400, {error}"
                : $"The answer was {(int)response.StatusCode}, not 202.";
    }
}
