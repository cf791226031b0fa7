using System.Net;
using System.Text.Json.Nodes;

namespace Moi.Identity.Idp.Tests.Operations;

/// <summary>What an agency and a citizen are told while something is away.</summary>
internal static class ProtocolOutage
{
    /// <summary>Without Redis there are no codes, no pushed requests and no sessions; grants can still be asked about.</summary>
    internal static async Task IsToldThatRedisIsAwayAsync(this RemoteAgency agency, string code)
    {
        await IsUnavailableAsync(await agency.PostAsync("/connect/par", agency.Request));
        await IsUnavailableAsync(await agency.RedeemAsync(code));
        await IsAPageAsync(agency, agency.AuthorizeAddress);
        await IsAPageAsync(agency, "/connect/logout");
        (await agency.AskAboutAsync("/connect/introspect", agency.RefreshToken)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await MetadataIsThereAsync(agency);
    }

    /// <summary>Without PostgreSQL nobody can say whether a grant still counts.</summary>
    internal static async Task IsToldThatPostgresIsAwayAsync(this RemoteAgency agency, string code)
    {
        await IsUnavailableAsync(await agency.RedeemAsync(code));
        await IsUnavailableAsync(await agency.RefreshAsync(agency.RefreshToken));
        await IsUnavailableAsync(await agency.AskAboutAsync("/connect/introspect", agency.RefreshToken));
        await IsUnavailableAsync(await agency.AskAboutAsync("/connect/revoke", agency.RefreshToken));
        await IsUnavailableAsync(await agency.UserInfoAsync(agency.AccessToken));
        await IsAPageAsync(agency, agency.AuthorizeAddress);
        await IsAPageAsync(agency, agency.LogoutAddress);
        await MetadataIsThereAsync(agency);
    }

    /// <summary>After the outage, as before.</summary>
    internal static async Task GoesOnAsync(this RemoteAgency agency)
    {
        (await agency.AskAboutAsync("/connect/introspect", agency.RefreshToken)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await agency.RedeemAsync(await agency.GetCodeAsync())).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static async Task IsUnavailableAsync(HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable, $"{answer.RequestMessage!.RequestUri} {body}");
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(10));
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        var error = JsonNode.Parse(body)!;
        ((string?)error["error"]).ShouldBe("temporarily_unavailable");
        ((string)error["error_description"]!).ShouldContain((string)error["trace_id"]!);
        body.ShouldNotContain("   at ");
    }

    private static async Task IsAPageAsync(RemoteAgency agency, string address)
    {
        var page = await agency.Browser.OpenAsync(address);
        page.Status.ShouldBe(HttpStatusCode.ServiceUnavailable, address + " " + page.Text);
        page.ProblemCode.ShouldBe("MOI-SYS-503");
        page.Body.ShouldContain("problem-trace");
        page.Body.ShouldNotContain("   at ");
    }

    private static async Task MetadataIsThereAsync(RemoteAgency agency)
    {
        foreach (var address in (string[])["/connect/jwks", "/.well-known/openid-configuration"])
        {
            (await agency.GetAsync(address)).StatusCode.ShouldBe(HttpStatusCode.OK, address);
        }
    }
}
