using System.Net;
using System.Text.Json.Nodes;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>Agencies that are protected resources, and what tests of the grants ask them.</summary>
internal static class ResourceAgencies
{
    internal const string ClientCredentials = "client_credentials";
    internal const string DeviceCode = "urn:ietf:params:oauth:grant-type:device_code";
    internal const string TokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange";
    internal const string AccessToken = "urn:ietf:params:oauth:token-type:access_token";

    /// <summary>The identifier of the resource that an agency is.</summary>
    internal static string Resource(this TestAgency agency) => $"https://{agency.ClientId}.example/api";

    /// <summary>The scopes of that resource.</summary>
    internal static string Scope(this TestAgency agency, string name = "read") => $"{agency.ClientId}.{name}";

    /// <summary>A protected resource with two scopes, which lets these clients exchange tokens.</summary>
    internal static Task<TestAgency> NewResourceAsync(this OidcServer server, params TestAgency[] exchangeClients)
        => server.NewAgencyAsync(agency => agency.BeResource(exchangeClients));

    internal static TestAgency BeResource(this TestAgency agency, params TestAgency[] exchangeClients)
    {
        JsonObject Words(string zh, string en) => new() { ["zh-TW"] = zh, ["en"] = en };
        agency.Metadata["moi_resource"] = new JsonObject
        {
            ["identifier"] = agency.Resource(),
            ["scopes"] = new JsonObject
            {
                [agency.Scope()] = Words("讀取您的案件", "Read your cases"),
                [agency.Scope("write")] = Words("新增案件", "Add cases"),
            },
            ["token_exchange_clients"] = new JsonArray([.. exchangeClients.Select(client => (JsonNode)client.ClientId)]),
        };
        return agency;
    }

    /// <summary>Lets an agency use a grant type, with more scopes.</summary>
    internal static TestAgency Grant(this TestAgency agency, string grantType, params string[] scopes)
    {
        agency.Metadata["grant_types"]!.AsArray().Add(grantType);
        agency.Metadata["scope"] = string.Join(' ', [(string)agency.Metadata["scope"]!, .. scopes]);
        return agency;
    }

    internal static async Task<JsonObject> AskAboutAsync(this TestAgency agency, string token)
        => await (await agency.PostAsync("/connect/introspect", new() { ["token"] = token })).JsonAsync();

    internal static async Task<bool> IsActiveAsync(this TestAgency agency, string token)
        => (bool)(await agency.AskAboutAsync(token))["active"]!;

    internal static async Task IsRefusedAsync(Task<HttpResponseMessage> request, string error, HttpStatusCode status = HttpStatusCode.BadRequest)
    {
        var answer = await request;
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(status, text);
        ((string?)JsonNode.Parse(text)!["error"]).ShouldBe(error, text);
        text.ShouldNotContain("openiddict", Case.Insensitive);
    }
}
