using System.Net;
using System.Text.Json.Nodes;
using Moi.Identity.Sdk.Tests.Fake;

namespace Moi.Identity.Sdk.Tests;

/// <summary>The way of one sign-in.</summary>
public sealed class SignInTests
{
    [Fact]
    public async Task A_citizen_signs_in_and_the_application_knows_them()
    {
        await using var agency = await Agency.StartAsync();

        using var response = await agency.SignInAsync();

        response.StatusCode.ShouldBe(HttpStatusCode.OK, string.Join('\n', agency.Log.Lines));
        agency.Browser.Visited[^1].PathAndQuery.ShouldBe("/me");
        var me = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        ((string?)me["subject"]).ShouldBe("subject-1");
        ((string?)me["nickname"]).ShouldBe("小明");
        ((string?)me["acr"]).ShouldBe("urn:moi:acr:1");
        ((string?)me["sid"]).ShouldBe("sid-1");
        me["amr"]!.AsArray().Select(v => (string?)v).ShouldBe(["swk", "user", "mfa"]);
    }
}
