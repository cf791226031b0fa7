using System.Net;
using System.Text;
using Moi.Identity.Idp.Tests.Oidc;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Operations;

/// <summary>Bodies whose length nobody said beforehand, over a real connection: only the listener itself can stop them.</summary>
public sealed class LargeBodyTests
{
    [Fact]
    [Causes("MOI-SYS-413")]
    public async Task A_body_without_end_is_refused_in_the_way_of_its_endpoint()
    {
        await using var idp = await IdpProcess.StartAsync();
        using var http = idp.Client();
        foreach (var path in (string[])["/connect/par", "/connect/token", "/connect/introspect", "/connect/revoke"])
        {
            var answer = await PostAsync(http, path);
            answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge, path);
            answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
            await Refused.WithAsync(Task.FromResult(answer), "MOI-SYS-413", "invalid_request", idp.Origin + "/");
        }

        using var page = await PostAsync(http, "/connect/authorize");
        page.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await page.Content.ReadAsStringAsync()).ShouldContain("MOI-SYS-413");

        // Its log comes through a pipe, after the answers; the whole of it is there once the server has stopped.
        await idp.StopAsync();
        idp.Log.Split("MOI-SYS-413").Length.ShouldBe(6, "one line each\n" + idp.Log);
        idp.Log.ShouldNotContain("   at ");
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient http, string path)
    {
        // In one piece, so that all of it has left before the refusal closes the connection.
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new ByteArrayContent(Encoding.ASCII.GetBytes("a=" + new string('x', 200_000))),
        };
        request.Content.Headers.ContentType = new("application/x-www-form-urlencoded");
        request.Headers.TransferEncodingChunked = true;
        return await http.SendAsync(request);
    }
}
