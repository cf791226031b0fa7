using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Moi.Identity.Fido2.Tests;

/// <summary>R-API-4: the JSON of responses as a model.</summary>
public sealed class ResponseJsonTests
{
    [Fact(DisplayName = "§5.1: a registration response round-trips, with words that are not known yet, and the engine takes it")]
    public void Registration_response()
    {
        var test = new GoodRegistration();
        var ceremony = test.Begin();
        var sent = JsonNode.Parse(test.Answer(ceremony))!;
        sent["authenticatorAttachment"] = "implanted";
        sent["response"]!["transports"] = new JsonArray("internal", "telepathy");
        sent["clientExtensionResults"]!["example.new"] = 7;

        var again = RegistrationResponseJson.Parse(sent.ToJsonString()).ToJson();

        JsonNode.DeepEquals(JsonNode.Parse(again), sent).ShouldBeTrue(again);
        test.Registration.Finish(ceremony.State, Encoding.UTF8.GetBytes(again)).ShouldSucceed();
    }

    [Fact(DisplayName = "§5.1: an authentication response round-trips, and the engine takes it")]
    public void Authentication_response()
    {
        var result = new GoodAuthentication
        {
            OnTheWay = json =>
            {
                var again = AuthenticationResponseJson.Parse(json).ToJson();
                JsonNode.DeepEquals(JsonNode.Parse(again), JsonNode.Parse(json)).ShouldBeTrue(again);
                return again;
            },
        }.Run();
        result.ShouldSucceed();
    }

    [Theory(DisplayName = "§5.1: what is no response is told")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"id":"AA","rawId":"A=","response":{},"clientExtensionResults":{}}""")]
    public void No_response(string json)
    {
        Should.Throw<JsonException>(() => RegistrationResponseJson.Parse(json));
        Should.Throw<JsonException>(() => AuthenticationResponseJson.Parse(json));
    }
}
