using System.Text.Json.Nodes;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>An agency's API: a client that has no sign-in of its own and asks about tokens.</summary>
internal sealed record TestResource(TestAgency Agency)
{
    internal string Identifier => (string)Agency.Metadata["moi_resource"]!["identifier"]!;

    /// <summary>Its scopes.</summary>
    internal string Read => Agency.ClientId + ".read";

    internal string Write => Agency.ClientId + ".write";

    /// <summary>Its type of authorization details.</summary>
    internal string Payment => Agency.ClientId + ".payment";

    internal static async Task<TestResource> NewAsync(OidcServer server, Action<TestAgency>? bend = null)
    {
        var agency = await server.NewAgencyAsync(a =>
        {
            a.Metadata["client_name"] = "Tax records";
            a.Metadata["client_name#zh-TW"] = "稅籍資料";
            a.Metadata["moi_agency_name"] = "Tax Office";
            a.Metadata["moi_agency_name#zh-TW"] = "稅務局";
            a.Metadata["moi_resource"] = new JsonObject
            {
                ["identifier"] = $"https://{a.ClientId}.example/api",
                ["scopes"] = new JsonObject
                {
                    [a.ClientId + ".read"] = new JsonObject { ["zh-TW"] = "讀取您的稅籍", ["en"] = "Read your tax records" },
                    [a.ClientId + ".write"] = new JsonObject { ["zh-TW"] = "修改您的稅籍", ["en"] = "Change your tax records" },
                },
                ["authorization_details_types"] = new JsonObject
                {
                    [a.ClientId + ".payment"] = JsonNode.Parse(
                        """
                        {
                          "zh-TW": "繳納一筆稅款", "en": "Pay a tax",
                          "fields": {
                            "money": {"kind": "amount", "zh-TW": "金額", "en": "Amount", "required": true},
                            "tax": {"kind": "choice", "zh-TW": "稅目", "en": "Tax", "required": true,
                              "choices": {"house": {"zh-TW": "房屋稅", "en": "House tax"}, "land": {"zh-TW": "地價稅", "en": "Land tax"}}},
                            "actions": {"kind": "choices", "zh-TW": "動作", "en": "Actions",
                              "choices": {"pay": {"zh-TW": "繳納", "en": "pay"}, "receipt": {"zh-TW": "寄送收據", "en": "send a receipt"}}},
                            "due": {"kind": "date", "zh-TW": "期限", "en": "Due"},
                            "note": {"kind": "text", "zh-TW": "備註", "en": "Note"}
                          }
                        }
                        """),
                },
            };
            bend?.Invoke(a);
        });
        return new TestResource(agency);
    }

    /// <summary>An agency that may ask for all of these resources.</summary>
    internal static Task<TestAgency> NewUserAsync(OidcServer server, params TestResource[] resources)
        => server.NewAgencyAsync(a =>
        {
            a.Metadata["scope"] = string.Join(' ', ["openid profile offline_access", .. resources.SelectMany(r => (string[])[r.Read, r.Write])]);
            a.Metadata["authorization_details_types"] = new JsonArray([.. resources.Select(r => (JsonNode)r.Payment)]);
        });

    /// <summary>A correct detail, of which a test bends one thing.</summary>
    internal string Details(Action<JsonObject>? bend = null)
    {
        var detail = new JsonObject
        {
            ["type"] = Payment,
            ["money"] = new JsonObject { ["currency"] = "TWD", ["amount"] = "12345.00" },
            ["tax"] = "house",
        };
        bend?.Invoke(detail);
        return new JsonArray(detail).ToJsonString();
    }
}
