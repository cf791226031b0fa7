using System.Text.Json.Nodes;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Requests;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>The table of what a field of authorization details may hold.</summary>
public sealed class DetailFieldTests
{
    [Theory]
    [InlineData("text", "\"第二期\"", true)]
    [InlineData("text", "\"\"", false)]
    [InlineData("text", "7", false)]
    [InlineData("text", "null", false)]
    [InlineData("text", "\"a\\nb\"", false)]
    [InlineData("text", "\"a\\u202eb\"", false)]
    [InlineData("text", "\"a\\u200bb\"", false)]
    [InlineData("text", "\"a\\u2028b\"", false)]
    [InlineData("text", "\"👩‍🦰\"", false)]
    [InlineData("text", "\"👩\"", true)]
    [InlineData("choice", "\"house\"", true)]
    [InlineData("choice", "\"House\"", false)]
    [InlineData("choice", "[\"house\"]", false)]
    [InlineData("choices", "[\"house\",\"land\"]", true)]
    [InlineData("choices", "[\"house\",\"house\"]", false)]
    [InlineData("choices", "[\"house\",\"boat\"]", false)]
    [InlineData("choices", "[]", false)]
    [InlineData("choices", "\"house\"", false)]
    [InlineData("amount", "{\"currency\":\"TWD\",\"amount\":\"0\"}", true)]
    [InlineData("amount", "{\"currency\":\"TWD\",\"amount\":\"123456789012.1234\"}", true)]
    [InlineData("amount", "{\"currency\":\"TWD\",\"amount\":\"1234567890123\"}", false)]
    [InlineData("amount", "{\"currency\":\"TWD\",\"amount\":\"01\"}", false)]
    [InlineData("amount", "{\"currency\":\"TWD\",\"amount\":\"-1\"}", false)]
    [InlineData("amount", "{\"currency\":\"TWD\",\"amount\":\"1e9\"}", false)]
    [InlineData("amount", "{\"currency\":\"TWD\",\"amount\":\"1\\n\"}", false)]
    [InlineData("amount", "{\"currency\":\"TWD\",\"amount\":7}", false)]
    [InlineData("amount", "{\"currency\":\"NT$\",\"amount\":\"7\"}", false)]
    [InlineData("amount", "{\"currency\":\"TWD\",\"amount\":\"7\",\"x\":1}", false)]
    [InlineData("date", "\"2026-02-28\"", true)]
    [InlineData("date", "\"2026-02-29\"", false)]
    [InlineData("date", "\"2026-2-28\"", false)]
    [InlineData("date", "\"1911-01-01\"", false)]
    [InlineData("unknown", "\"x\"", false)]
    public void What_is_valid(string kind, string value, bool isValid)
        => DetailFields.IsValid(
            new AuthorizationDetailField("f", kind, "欄", "Field", true, [new("house", "房屋稅", "House tax"), new("land", "地價稅", "Land tax")]),
            JsonNode.Parse(value)).ShouldBe(isValid);
}
