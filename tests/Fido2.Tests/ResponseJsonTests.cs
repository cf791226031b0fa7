using System.Buffers;
using System.IO.Pipelines;
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

    [Theory(DisplayName = "§5.1: a Base64URLString is a string, of its alphabet alone")]
    [InlineData("1234")]
    [InlineData("true")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"AA\\u0041A\"")]
    [InlineData("\"AA==\"")]
    [InlineData("\"AA A\"")]
    public void Odd_bytes(string rawId)
    {
        RegistrationResponseJson.Parse(With("\"AAAA\"")).RawId.Length.ShouldBe(3);
        Should.Throw<JsonException>(() => RegistrationResponseJson.Parse(With(rawId)));

        static string With(string rawId)
            => $$$"""{"id":"AAAA","rawId":{{{rawId}}},"response":{"clientDataJSON":"AA","attestationObject":"AA"},"clientExtensionResults":{}}""";
    }

    [Fact(DisplayName = "§5.1: a response says the same wherever the buffers end that it comes in")]
    public async Task Response_in_pieces()
    {
        var test = new GoodRegistration();
        var sent = Encoding.UTF8.GetBytes(test.Answer(test.Begin()));
        for (var end = 1; end < sent.Length; end++)
        {
            var pieces = PipeReader.Create(Piece.Split(sent, end));
            var read = await JsonSerializer.DeserializeAsync(pieces, WebAuthnJsonContext.Default.RegistrationResponseJson, TestContext.Current.CancellationToken);
            read.ShouldNotBeNull().RawId.ToArray().ShouldBe(RegistrationResponseJson.Parse(Encoding.UTF8.GetString(sent)).RawId.ToArray());
        }
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        internal static ReadOnlySequence<byte> Split(byte[] bytes, int end)
        {
            var second = new Piece { Memory = bytes.AsMemory(end), RunningIndex = end };
            return new ReadOnlySequence<byte>(new Piece { Memory = bytes.AsMemory(0, end), Next = second }, 0, second, second.Memory.Length);
        }
    }
}
