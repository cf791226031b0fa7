using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Moi.Identity.Sdk.Tests.Fake;
using Moi.Identity.Testing;

namespace Moi.Identity.Sdk.Tests.Api;

/// <summary>RFC 9068 §4: which access tokens an API takes. One thing bent, no entry.</summary>
public sealed class AccessTokenTests : IAsyncLifetime
{
    private static readonly Dictionary<string, Action<JwtDraft>> Bends = new()
    {
        ["typ JWT"] = t => t.Header["typ"] = "JWT",
        ["no typ: an ID token"] = t => t.Header.Remove("typ"),
        ["typ logout+jwt"] = t => t.Header["typ"] = "logout+jwt",
        ["typ in capitals"] = t => t.Header["typ"] = "AT+JWT",
        ["iss of another"] = t => t.Payload["iss"] = "https://evil.example/",
        ["iss without its final slash"] = t => t.Payload["iss"] = ((string)t.Payload["iss"]!).TrimEnd('/'),
        ["no iss"] = t => t.Payload.Remove("iss"),
        ["aud of another API"] = t => t.Payload["aud"] = "https://other.example",
        ["aud that only begins like ours"] = t => t.Payload["aud"] = t.Payload["aud"] + "/",
        ["no aud"] = t => t.Payload.Remove("aud"),
        ["an empty aud"] = t => t.Payload["aud"] = new JsonArray(),
        ["alg none"] = t => (t.Header["alg"], t.SignInstead) = ("none", _ => []),
        ["alg HS256 over the public key"] = t =>
            (t.Header["alg"], t.SignInstead) = ("HS256", input => HMACSHA256.HashData(t.Key.ExportSubjectPublicKeyInfo(), input)),
        ["alg PS256, which is not agreed"] = t =>
            (t.Header["alg"], t.SignInstead) = ("PS256", input => RSA.Create(2048).SignData(input, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)),
        ["another key"] = t => t.Key = ECDsa.Create(ECCurve.NamedCurves.nistP256),
        ["another kid"] = t => t.Header["kid"] = "unknown",
        ["no kid"] = t => t.Header.Remove("kid"),
        ["a broken signature"] = t => t.SignInstead = _ => new byte[64],
        ["no signature"] = t => t.SignInstead = _ => [],
        ["expired 10 seconds ago"] = t => t.Payload["exp"] = (long)t.Payload["iat"]! - 10,
        ["no exp"] = t => t.Payload.Remove("exp"),
        ["not valid for another 11 seconds"] = t => t.Payload["nbf"] = (long)t.Payload["iat"]! + 11,
        ["iat 11 seconds ahead"] = t => t.Payload["iat"] = (long)t.Payload["iat"]! + 11,
        ["no iat"] = t => t.Payload.Remove("iat"),
        ["no sub"] = t => t.Payload.Remove("sub"),
        ["no client_id"] = t => t.Payload.Remove("client_id"),
        ["no jti"] = t => t.Payload.Remove("jti"),
        ["a client_id that is a number"] = t => t.Payload["client_id"] = 7,
        ["bound in a way that is not known"] = t => t.Payload["cnf"] = new JsonObject { ["jwk"] = new JsonObject() },
        ["bound to nothing"] = t => t.Payload["cnf"] = new JsonObject(),
        ["cnf is text"] = t => t.Payload["cnf"] = "key",
        ["cnf.jkt is a number"] = t => t.Payload["cnf"] = new JsonObject { ["jkt"] = 7 },
    };

    private static readonly Dictionary<string, Action<JwtDraft>> Variants = new()
    {
        ["as it is"] = _ => { },
        ["expired 9 seconds ago"] = t => t.Payload["exp"] = (long)t.Payload["iat"]! - 9,
        ["iat 10 seconds ahead"] = t => t.Payload["iat"] = (long)t.Payload["iat"]! + 10,
        ["for us among others"] = t => t.Payload["aud"] = new JsonArray("https://other.example", t.Payload["aud"]!.DeepClone()),
        ["with claims that say more"] = t => t.Payload["more"] = new JsonObject { ["a"] = 1 },
    };

    private ApiDraft _draft = null!;

    public static TheoryData<string> BentNames => [.. Bends.Keys];

    public static TheoryData<string> VariantNames => [.. Variants.Keys];

    public async ValueTask InitializeAsync() => _draft = await ApiDraft.StartAsync();

    public ValueTask DisposeAsync() => _draft.DisposeAsync();

    [Theory]
    [MemberData(nameof(BentNames))]
    public async Task Is_refused(string bent)
    {
        _draft.BendToken = Bends[bent];

        var answer = await _draft.CallAsync();

        answer.Status.ShouldBe(401);
        answer.Body.ShouldBeEmpty();
        answer.Challenges.ShouldContain(challenge => challenge.StartsWith("Bearer error=\"invalid_token\"", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(VariantNames))]
    public async Task Is_accepted(string variant)
    {
        _draft.BendToken = Variants[variant];

        (await _draft.CallAsync()).Body.ShouldBe("taxes", _draft.Api.Log.Complaints);
    }

    [Fact]
    public async Task Claims_that_come_twice_are_not_read()
    {
        var token = _draft.Token();
        var draft = _draft.Provider.NewAccessToken("subject-1", "agency", "taxes.read", _draft.Api.Origin, null);
        draft.BendPayloadText = text => text[..^1] + ",\"scope\":\"taxes.write\"}";

        using var good = await _draft.Api.SendAsync(HttpMethod.Get, "/taxes", "Bearer " + token);
        using var bad = await _draft.Api.SendAsync(HttpMethod.Get, "/taxes", "Bearer " + draft.Write());

        ((int)good.StatusCode).ShouldBe(200);
        ((int)bad.StatusCode).ShouldBe(401);
    }

    [Fact(DisplayName = "RFC 9068 §4: what a key signed that the provider took back is refused once its key set was read again")]
    public async Task A_key_that_was_taken_back()
    {
        var old = _draft.Token();
        using var good = await _draft.Api.SendAsync(HttpMethod.Get, "/taxes", "Bearer " + old);
        _draft.Provider.ReplaceKey();
        await Eventually.TrueAsync(async () => (await _draft.CallAsync()).Status == 200, "the new key is known");

        using var refused = await _draft.Api.SendAsync(HttpMethod.Get, "/taxes", "Bearer " + old);

        ((int)good.StatusCode).ShouldBe(200, _draft.Api.Log.Complaints);
        ((int)refused.StatusCode).ShouldBe(401);
    }

    [Fact]
    public async Task Another_algorithm_can_be_agreed()
    {
        await using var draft = await ApiDraft.StartAsync(("MoiIdentityApi:Algorithms:0", "PS256"));

        (await draft.CallAsync()).Status.ShouldBe(401, "and then ES256 is none");
    }

    [Fact]
    public async Task The_caller_is_who_the_token_says()
        => (await _draft.CallAsync("/who")).Body.ShouldBe("subject-1 agency taxes.read");

    [Fact]
    public async Task When_the_provider_is_away_nobody_comes_in()
    {
        await _draft.Provider.StopAsync();

        var answer = await _draft.CallAsync();

        answer.Status.ShouldBe(503);
        answer.Challenges.ShouldBeEmpty();
    }

    [Theory(DisplayName = "RFC 6750 §2.1: the Authorization header field, one, and nothing else")]
    [InlineData(null, 401, "")]
    [InlineData("Basic YTpi", 401, "")]
    [InlineData("Bearer", 401, "")]
    [InlineData("Bearer a b", 400, "invalid_request")]
    [InlineData("Bearer \"a\"", 400, "invalid_request")]
    [InlineData("Bearer a.b.c", 401, "invalid_token")]
    [InlineData("Bearer nonsense", 401, "invalid_token")]
    [InlineData("DPoP nonsense", 401, "invalid_token")]
    public async Task Only_one_way_to_present_a_token(string? header, int status, string error)
    {
        using var response = await _draft.Api.SendAsync(HttpMethod.Get, "/taxes?access_token=" + _draft.Token(), header);
        var answer = await ApiDraft.AnswerAsync(response);

        answer.Status.ShouldBe(status);
        answer.Challenges.Length.ShouldBe(2);
        answer.Challenges.ShouldAllBe(challenge => challenge.Contains("error=", StringComparison.Ordinal) == (error.Length > 0));
        answer.Challenges.ShouldAllBe(challenge => challenge.Contains(error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_tokens_are_none()
    {
        using var http = LocalhostHttp.Client(_draft.Api.Origin);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/taxes");
        request.Headers.TryAddWithoutValidation("Authorization", ["Bearer " + _draft.Token(), "Bearer " + _draft.Token()]);

        using var response = await http.SendAsync(request);

        ((int)response.StatusCode).ShouldBe(400);
    }

    [Fact]
    public async Task The_scheme_is_not_case_sensitive()
    {
        _draft.Scheme = "bearer";

        (await _draft.CallAsync()).Status.ShouldBe(200);
    }

    [Fact]
    public async Task An_open_endpoint_stays_open()
    {
        using var response = await _draft.Api.SendAsync(HttpMethod.Get, "/open", null);

        ((int)response.StatusCode).ShouldBe(200);
    }

    [Fact]
    public async Task No_token_and_no_claim_of_one_is_in_the_log()
    {
        _draft.BendToken = token => token.Payload["aud"] = "https://other.example";
        var token = _draft.Token();
        using var response = await _draft.Api.SendAsync(HttpMethod.Get, "/taxes", "Bearer " + token);

        string.Join('\n', _draft.Api.Log.Lines).ShouldContain("invalid_token");
        string.Join('\n', _draft.Api.Log.Lines).ShouldNotContain(token.Split('.')[1][..20]);
        string.Join('\n', _draft.Api.Log.Lines).ShouldNotContain("subject-1");
    }
}
