using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Moi.Identity.Sdk.Tests.Fake;
using Moi.Identity.Testing;

namespace Moi.Identity.Sdk.Tests;

/// <summary>OpenID Connect Back-Channel Logout 1.0 §2.5 to §2.8, in both stores.</summary>
public sealed class BackChannelLogoutTests(RedisServer redis)
{
    public static TheoryData<string> Faults => [.. Bends.Keys];

    private static readonly Dictionary<string, Action<JwtDraft>> Bends = new()
    {
        ["typ JWT"] = t => t.Header["typ"] = "JWT",
        ["typ at+jwt"] = t => t.Header["typ"] = "at+jwt",
        ["no typ"] = t => t.Header.Remove("typ"),
        ["forged: another key"] = t => t.Key = ECDsa.Create(ECCurve.NamedCurves.nistP256),
        ["unknown kid"] = t => t.Header["kid"] = "unknown",
        ["alg none"] = t => (t.Header["alg"], t.SignInstead) = ("none", _ => []),
        ["no signature"] = t => t.SignInstead = _ => [],
        ["alg HS256"] = t => (t.Header["alg"], t.SignInstead) = ("HS256", input => HMACSHA256.HashData(t.Key.ExportSubjectPublicKeyInfo(), input)),
        ["another iss"] = t => t.Payload["iss"] = "https://evil.example/",
        ["no iss"] = t => t.Payload.Remove("iss"),
        ["aud of another client"] = t => t.Payload["aud"] = "other",
        ["aud of us and another client"] = t => t.Payload["aud"] = new JsonArray("agency", "other"),
        ["no aud"] = t => t.Payload.Remove("aud"),
        ["no iat"] = t => t.Payload.Remove("iat"),
        ["iat in the future"] = t => t.Payload["iat"] = (long)t.Payload["iat"]! + 60,
        ["iat is a text"] = t => t.Payload["iat"] = "yesterday",
        ["expired"] = t => t.Payload["exp"] = (long)t.Payload["iat"]! - 11,
        ["no exp"] = t => t.Payload.Remove("exp"),
        ["exp in a year"] = t => t.Payload["exp"] = (long)t.Payload["iat"]! + 31_536_000,
        ["neither sub nor sid"] = t => t.Payload.Remove("sid"),
        ["sid is a number"] = t => t.Payload["sid"] = 1,
        ["sid is empty"] = t => t.Payload["sid"] = "",
        ["no events"] = t => t.Payload.Remove("events"),
        ["events of another kind"] = t => t.Payload["events"] = new JsonObject { ["http://schemas.openid.net/event/other"] = new JsonObject() },
        ["events is a text"] = t => t.Payload["events"] = "http://schemas.openid.net/event/backchannel-logout",
        ["event is no object"] = t => t.Payload["events"] = new JsonObject { ["http://schemas.openid.net/event/backchannel-logout"] = "x" },
        ["with a nonce"] = t => t.Payload["nonce"] = "n",
        ["with an empty nonce"] = t => t.Payload["nonce"] = "",
        ["no jti"] = t => t.Payload.Remove("jti"),
    };

    [Theory]
    [InlineData("Memory", "sid")]
    [InlineData("Memory", "sub")]
    [InlineData("Memory", "both")]
    [InlineData("Redis", "sid")]
    [InlineData("Redis", "sub")]
    [InlineData("Redis", "both")]
    public async Task The_session_is_gone_at_the_next_request(string store, string names)
    {
        await using var agency = await Agency.StartAsync(SessionStores.Settings(store, redis));
        using var signedIn = await agency.SignInAsync(Persona.First with { Subject = $"{store}-{names}", Sid = $"sid-{store}-{names}" });
        (await agency.IsSignedInAsync()).ShouldBeTrue();
        var token = agency.Provider.NewLogoutToken();
        if (names != "sid")
        {
            token.Payload["sub"] = $"{store}-{names}";
        }

        if (names == "sub")
        {
            token.Payload.Remove("sid");
        }

        using var response = await agency.LogOutByBackChannelAsync(token.Write());

        response.StatusCode.ShouldBe(HttpStatusCode.OK, agency.Log.Complaints);
        response.Headers.CacheControl!.NoStore.ShouldBeTrue();
        (await agency.IsSignedInAsync()).ShouldBeFalse();
    }

    [Theory]
    [InlineData("Memory")]
    [InlineData("Redis")]
    public async Task Only_the_session_that_is_named_ends(string store)
    {
        await using var agency = await Agency.StartAsync(SessionStores.Settings(store, redis));
        using var signedIn = await agency.SignInAsync(Persona.First with { Sid = "stays-" + store });
        var token = agency.Provider.NewLogoutToken();
        token.Payload["sid"] = "other";

        using var response = await agency.LogOutByBackChannelAsync(token.Write());

        response.StatusCode.ShouldBe(HttpStatusCode.OK, "§2.7: a session that is not there is already ended");
        (await agency.IsSignedInAsync()).ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_token_with_one_fault_ends_nothing(string fault)
    {
        await using var agency = await Agency.StartAsync();
        using var signedIn = await agency.SignInAsync();
        var token = agency.Provider.NewLogoutToken();
        Bends[fault](token);

        using var response = await agency.LogOutByBackChannelAsync(token.Write());

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).ShouldBe("""{"error":"invalid_request"}""");
        response.Headers.CacheControl!.NoStore.ShouldBeTrue();
        (await agency.IsSignedInAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task An_id_token_is_no_logout_token()
    {
        await using var agency = await Agency.StartAsync();
        var idToken = "";
        agency.Provider.BendIdToken = t => idToken = t.Write();
        using var signedIn = await agency.SignInAsync();

        using var response = await agency.LogOutByBackChannelAsync(idToken);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("Memory")]
    [InlineData("Redis")]
    public async Task A_replay_is_refused(string store)
    {
        await using var agency = await Agency.StartAsync(SessionStores.Settings(store, redis));
        var token = agency.Provider.NewLogoutToken().Write();
        using var first = await agency.LogOutByBackChannelAsync(token);
        agency.Time.Advance(TimeSpan.FromSeconds(2));
        using var signedIn = await agency.SignInAsync(Persona.First with { Subject = "replay-" + store });

        using var again = await agency.LogOutByBackChannelAsync(token);

        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        again.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await agency.IsSignedInAsync()).ShouldBeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("not.a.token")]
    [InlineData("a.b.c.d.e")]
    public async Task Garbage_is_refused(string token)
    {
        await using var agency = await Agency.StartAsync();

        using var response = await agency.LogOutByBackChannelAsync(token);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("application/json", "{}")]
    [InlineData("application/x-www-form-urlencoded", "logout_token=a&logout_token=b")]
    [InlineData("application/x-www-form-urlencoded", "other=a")]
    [InlineData("application/x-www-form-urlencoded", "large")]
    public async Task A_body_of_another_shape_is_refused(string type, string body)
    {
        await using var agency = await Agency.StartAsync();
        using var content = new StringContent(body == "large" ? "logout_token=" + new string('a', 40_000) : body, null, type);

        using var response = await agency.Browser.OnceAsync(HttpMethod.Post, agency.Origin + "/moi/backchannel-logout", content);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("Memory", "sid")]
    [InlineData("Memory", "sub")]
    [InlineData("Redis", "sid")]
    [InlineData("Redis", "sub")]
    public async Task A_sign_in_in_flight_loses_to_the_logout_that_overtakes_it(string store, string names)
    {
        await using var agency = await Agency.StartAsync(SessionStores.Settings(store, redis));
        agency.Provider.Persona = Persona.First with { Subject = $"race-{store}-{names}", Sid = $"race-{store}-{names}" };
        agency.Provider.BeforeTokenResponse = async () =>
        {
            var token = agency.Provider.NewLogoutToken();
            if (names == "sub")
            {
                token.Payload.Remove("sid");
                token.Payload["sub"] = agency.Provider.Persona.Subject;
            }

            using var logout = await agency.LogOutByBackChannelAsync(token.Write());
            logout.StatusCode.ShouldBe(HttpStatusCode.OK);
        };

        using var response = await agency.SignInAsync();

        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await response.Content.ReadAsStringAsync()).ShouldContain("MOI-SES-101");
        agency.Browser.Cookies.GetCookies(new Uri(agency.Origin))["moi-session"].ShouldBeNull();

        // A sign-in of its own, later, is none of that logout's business.
        agency.Provider.BeforeTokenResponse = () => Task.CompletedTask;
        agency.Time.Advance(TimeSpan.FromSeconds(1));
        using var later = await agency.SignInAsync();
        later.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_logout_that_could_not_be_done_may_be_sent_again()
    {
        await using var server = new RedisServer { KeepsData = true };
        await server.InitializeAsync();
        await using var agency = await Agency.StartAsync(
            ("SessionStore", "Redis"), ("Redis", server.ConnectionString + ",connectTimeout=500"));
        using var signedIn = await agency.SignInAsync();
        signedIn.StatusCode.ShouldBe(HttpStatusCode.OK);
        var token = agency.Provider.NewLogoutToken().Write();
        await server.KillAsync();

        using var failed = await agency.LogOutByBackChannelAsync(token);
        failed.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await failed.Content.ReadAsStringAsync()).ShouldBe("""{"error":"logout_failed"}""");

        await server.StartAsync();
        await Eventually.TrueAsync(agency.IsSignedInAsync, "Redis is back");
        using var done = await agency.LogOutByBackChannelAsync(token);
        done.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await agency.IsSignedInAsync()).ShouldBeFalse();
    }
}
