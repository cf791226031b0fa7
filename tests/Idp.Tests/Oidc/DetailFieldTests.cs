using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Requests;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>The table of what a field of authorization details may hold.</summary>
public sealed class DetailFieldTests
{
    public static TheoryData<string, string, bool> Rows { get; } = new()
    {
        { "text", "\"第二期\"", true },
        { "text", "\"\"", false },
        { "text", "7", false },
        { "text", "null", false },
        { "text", "\"a\\nb\"", false },
        { "text", "\"a\\u202eb\"", false },
        { "text", "\"a\\u200bb\"", false },
        { "text", "\"a\\u2028b\"", false },
        { "text", "\"👩‍🦰\"", false },
        { "text", "\"👩\"", true },
        { "choice", "\"house\"", true },
        { "choice", "\"House\"", false },
        { "choice", "[\"house\"]", false },
        { "choices", "[\"house\",\"land\"]", true },
        { "choices", "[\"house\",\"house\"]", false },
        { "choices", "[\"house\",\"boat\"]", false },
        { "choices", "[]", false },
        { "choices", "\"house\"", false },
        { "amount", "{\"currency\":\"TWD\",\"amount\":\"0\"}", true },
        { "amount", "{\"currency\":\"TWD\",\"amount\":\"123456789012.1234\"}", true },
        { "amount", "{\"currency\":\"TWD\",\"amount\":\"1234567890123\"}", false },
        { "amount", "{\"currency\":\"TWD\",\"amount\":\"01\"}", false },
        { "amount", "{\"currency\":\"TWD\",\"amount\":\"-1\"}", false },
        { "amount", "{\"currency\":\"TWD\",\"amount\":\"1e9\"}", false },
        { "amount", "{\"currency\":\"TWD\",\"amount\":\"1\\n\"}", false },
        { "amount", "{\"currency\":\"TWD\",\"amount\":7}", false },
        { "amount", "{\"currency\":\"NT$\",\"amount\":\"7\"}", false },
        { "amount", "{\"currency\":\"TWD\",\"amount\":\"7\",\"x\":1}", false },
        { "date", "\"2026-02-28\"", true },
        { "date", "\"2026-02-29\"", false },
        { "date", "\"2026-2-28\"", false },
        { "date", "\"1911-01-01\"", false },
        { "unknown", "\"x\"", false },
        { "date", "\"2026-02-28\\n\"", false },
        { "text", "\"a\\n\"", false },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void What_is_valid(string kind, string value, bool isValid)
        => DetailFields.IsValid(Field(kind), JsonNode.Parse(value)).ShouldBe(isValid);

    [Theory(DisplayName = "RFC 9396 §2: the JSON Schema of a type says of each field what the server says")]
    [MemberData(nameof(Rows))]
    public void The_schema_agrees(string kind, string value, bool isValid)
        => Accepts(new JsonObject { ["type"] = "tax.payment", ["f"] = JsonNode.Parse(value) }, kind).ShouldBe(isValid);

    [Theory]
    [InlineData("""{"type":"tax.payment","f":"x"}""", true)]
    [InlineData("""{"type":"tax.payment","f":"x","locations":["https://api.example/"]}""", true)]
    [InlineData("""{"type":"tax.payment","f":"x","locations":["https://other.example/"]}""", false)]
    [InlineData("""{"type":"tax.payment"}""", false)]
    [InlineData("""{"type":"tax.other","f":"x"}""", false)]
    [InlineData("""{"f":"x"}""", false)]
    [InlineData("""{"type":"tax.payment","f":"x","g":"x"}""", false)]
    public void The_schema_agrees_about_members(string detail, bool isValid) => Accepts(JsonNode.Parse(detail)!, "text").ShouldBe(isValid);

    private static bool Accepts(JsonNode detail, string kind)
    {
        var schema = DetailSchema.Of(new AuthorizationDetailType("tax.payment", "繳稅", "Pay a tax", [Field(kind)]), "https://api.example/");
        return JsonSchema.FromText(schema.ToJsonString())
            .Evaluate(JsonSerializer.SerializeToElement(detail), new EvaluationOptions { RequireFormatValidation = true }).IsValid;
    }

    private static AuthorizationDetailField Field(string kind)
        => new("f", kind, "欄", "Field", true, [new("house", "房屋稅", "House tax"), new("land", "地價稅", "Land tax")]);
}
