using System.Net;
using Microsoft.AspNetCore.Mvc.Testing;
using Moi.Identity.Idp.Tests.Hosting;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Conformance;

/// <summary>The interface is not there unless somebody wants it, and never in Production.</summary>
public sealed class ConformanceSwitchTests(SqliteIdp idp) : IClassFixture<SqliteIdp>
{
    [Theory]
    [InlineData("/attestation/options")]
    [InlineData("/attestation/result")]
    [InlineData("/assertion/options")]
    [InlineData("/assertion/result")]
    public async Task The_routes_are_absent_by_default(string path)
    {
        using var client = idp.App.CreateClient(new WebApplicationFactoryClientOptions { BaseAddress = new Uri(IdpApplication.Origin) });
        using var body = new StringContent("{}");
        using var response = await client.PostAsync(new Uri(path, UriKind.Relative), body);
        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_production_server_does_not_start_with_it()
    {
        await using var server = new IdpProcess(new Dictionary<string, string?>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["Idp__Conformance__Enabled"] = "true",
        });
        await server.LaunchAsync();

        (await server.WaitAsync()).ShouldBe(78);
        server.Log.ShouldContain("Idp__Conformance__Enabled is for Development alone");
    }
}
