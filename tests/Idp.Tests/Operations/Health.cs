using System.Net;
using System.Text.Json;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Operations;

/// <summary>Asks a server how it is.</summary>
internal static class Health
{
    /// <summary>Waits for the answer and returns the reason of one check.</summary>
    internal static async Task<string> UntilAsync(IdpProcess idp, HttpStatusCode status, string check)
    {
        using var http = idp.Client();
        var reason = "";
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await http.GetAsync(new Uri("/health/ready", UriKind.Relative));
                using var body = JsonDocument.Parse(await response.Content.ReadAsStreamAsync());
                reason = body.RootElement.GetProperty("checks").GetProperty(check).GetProperty("reason").GetString()!;
                if (reason.Contains("A timeout occurred", StringComparison.Ordinal))
                {
                    return false; // The machine was slow; a check that got no answer says nothing.
                }

                var isReady = body.RootElement.GetProperty("checks").GetProperty(check).GetProperty("status").GetString() == "ready";
                return response.StatusCode == status && isReady == (status == HttpStatusCode.OK);
            },
            $"/health/ready answers {(int)status} because of {check}");
        return reason;
    }
}
