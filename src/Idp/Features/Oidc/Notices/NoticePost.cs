using Moi.Identity.Idp.Features.Oidc.Logout;
using Moi.Identity.Idp.Features.Oidc.Outbound;

namespace Moi.Identity.Idp.Features.Oidc.Notices;

/// <summary>Posts a notice in the form of its kind.</summary>
internal sealed class NoticePost(LogoutTokens logout, GuardedHttp http)
{
    /// <returns>Nothing if the client has accepted, otherwise why not.</returns>
    internal async Task<string?> TryPostAsync(Notice notice, string address, CancellationToken ct)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, address);
            request.Content = new FormUrlEncodedContent([KeyValuePair.Create("logout_token", await logout.CreateAsync(notice, ct))]);
            using var response = await http.SendAsync(request, ct);

            // Back-Channel Logout §2.8: 200, and 204 from frameworks that cannot do otherwise.
            return response.IsSuccessStatusCode ? null : $"The answer was {(int)response.StatusCode}.";
        }
        catch (HttpRequestException e)
        {
            return e.Message;
        }
    }
}
