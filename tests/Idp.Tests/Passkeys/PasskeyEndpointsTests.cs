using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Idp.Tests.Hosting;

namespace Moi.Identity.Idp.Tests.Passkeys;

/// <summary>W3C "A Well-Known URL for Relying Party Passkey Endpoints", asked of the whole server.</summary>
public sealed class PasskeyEndpointsTests(SqliteIdp idp) : IClassFixture<SqliteIdp>
{
    [Fact]
    public async Task Password_managers_learn_where_passkeys_are_made_and_managed()
    {
        using var browser = idp.Browser();
        var page = await browser.OpenAsync("/.well-known/passkey-endpoints");
        page.Status.ShouldBe(HttpStatusCode.OK);
        var endpoints = JsonNode.Parse(page.Body)!.AsObject();
        ((string?)endpoints["enroll"]).ShouldBe(IdpApplication.Origin + "/account/passkeys/add");
        ((string?)endpoints["manage"]).ShouldBe(IdpApplication.Origin + "/account/passkeys");
    }

    /// <summary>Two endpoints that match one request are an error only when somebody asks.</summary>
    [Fact]
    public void No_address_is_mapped_twice()
        => idp.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(
                endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["any"],
                (endpoint, method) => $"{method} /{endpoint.RoutePattern.RawText?.TrimStart('/')}")
            .GroupBy(address => address, StringComparer.OrdinalIgnoreCase)
            .Where(group => group.Count() > 1)
            .Select(group => group.Key)
            .ShouldBeEmpty();
}
