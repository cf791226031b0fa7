using System.Net;
using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Moi.Identity.Dpop;
using Moi.Identity.Sdk.Tests.Fake;
using Moi.Identity.Testing;

namespace Moi.Identity.Sdk.Tests.Dpop;

/// <summary>RFC 9449 from the client's side: one option, and the whole sign-in is bound to a key.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class DpopSignInTests(RedisServer redis)
{
    [Fact]
    public async Task The_pushed_request_the_token_request_and_userinfo_are_proven_with_one_key()
    {
        await using var agency = await Agency.StartAsync(("Dpop", "true"));

        using var response = await agency.SignInAsync();

        response.StatusCode.ShouldBe(HttpStatusCode.OK, agency.Log.Complaints);
        var proofs = agency.Provider.Proofs.ToArray();
        proofs.Select(p => p.Path).ShouldBe(["/par", "/token", "/userinfo"]);
        proofs.ShouldAllBe(p => p.Error == null);
        proofs.Select(p => KeyOf(p.Proof)).Distinct().Count().ShouldBe(1);
        agency.Provider.LastPushed["dpop_jkt"].ShouldNotBeEmpty();
        agency.Provider.TokenRequests.Single().ShouldNotContainKey("dpop_jkt", "it is a parameter of authorization requests only");
        var claims = new JsonWebToken(proofs[2].Proof);
        claims.GetPayloadValue<string>("ath").Length.ShouldBe(43);
    }

    [Fact]
    public async Task Nothing_is_proven_when_the_option_is_off()
    {
        await using var agency = await Agency.StartAsync();

        using var response = await agency.SignInAsync();

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        agency.Provider.Proofs.ShouldBeEmpty();
        Directory.Exists(Path.Combine(agency.KeysFolder, "dpop")).ShouldBeFalse();
    }

    [Fact(DisplayName = "§8: a nonce is followed with a new proof and a new client assertion, and then used without being asked")]
    public async Task A_nonce_is_followed()
    {
        await using var agency = await Agency.StartAsync(("Dpop", "true"));
        agency.Provider.Nonce = "n-1";

        using var first = await agency.SignInAsync();
        var asked = agency.Provider.Proofs.Select(p => (p.Path, p.Error)).ToArray();
        agency.Provider.Proofs.Clear();
        using var second = await agency.SignInAsync();

        first.StatusCode.ShouldBe(HttpStatusCode.OK, agency.Log.Complaints);
        second.StatusCode.ShouldBe(HttpStatusCode.OK);
        asked.ShouldBe([("/par", DpopError.NonceMissing), ("/par", null), ("/token", null), ("/userinfo", null)]);
        agency.Provider.Proofs.ShouldAllBe(p => p.Error == null);
        agency.Provider.Assertions.Select(a => a.Id).Distinct().Count().ShouldBe(agency.Provider.Assertions.Count);
    }

    [Fact(DisplayName = "§8.2: a nonce that changes between two requests is followed at the token endpoint and at userinfo too")]
    public async Task A_new_nonce_is_followed_everywhere()
    {
        await using var agency = await Agency.StartAsync(("Dpop", "true"));
        agency.Provider.Nonce = "n-1";
        agency.Provider.BendAnswer = _ => agency.Provider.Nonce = "n-2";
        agency.Provider.BeforeTokenResponse = () =>
        {
            agency.Provider.Nonce = "n-3";
            return Task.CompletedTask;
        };

        using var response = await agency.SignInAsync();

        response.StatusCode.ShouldBe(HttpStatusCode.OK, agency.Log.Complaints);
        agency.Provider.Proofs.Where(p => p.Error == DpopError.NonceMismatch).Select(p => p.Path).ShouldBe(["/token", "/userinfo"]);
    }

    [Fact]
    public async Task A_nonce_that_is_never_right_ends_after_the_second_attempt()
    {
        await using var agency = await Agency.StartAsync(("Dpop", "true"));
        agency.Provider.Nonce = new string('n', 1025);

        using var response = await agency.SignInAsync();

        response.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        agency.Provider.Proofs.Count.ShouldBe(1, "a nonce of more than 1024 characters is not kept");

        agency.Provider.Proofs.Clear();
        agency.Provider.Nonce = "a";
        agency.Provider.NonceAfterEach = () => agency.Provider.Nonce += "a";
        using var again = await agency.SignInAsync();
        again.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        agency.Provider.Proofs.Count.ShouldBe(2);
    }

    [Theory(DisplayName = "§5: a token that is not bound is not taken, nor one that is bound though nobody asked")]
    [InlineData("true", "Bearer")]
    [InlineData("true", null)]
    [InlineData("false", "DPoP")]
    public async Task A_downgrade_is_refused(string dpop, string? type)
    {
        await using var agency = await Agency.StartAsync(("Dpop", dpop));
        agency.Provider.BendTokenResponse = answer => answer["token_type"] = type;

        using var response = await agency.SignInAsync();

        response.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        (await response.Content.ReadAsStringAsync()).ShouldContain("MOI-AUTH-106");
        (await agency.IsSignedInAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task A_sign_in_is_finished_with_the_key_it_began_with_also_by_an_instance_that_has_a_newer_one()
    {
        await using var agency = await Agency.StartAsync([("Dpop", "true"), .. SessionStores.Settings("Redis", redis)]);
        using var toProvider = await agency.Browser.OnceAsync(HttpMethod.Get, agency.Origin + "/moi/login?returnUrl=/me");
        using var back = await agency.Browser.OnceAsync(HttpMethod.Get, toProvider.Headers.Location!.AbsoluteUri);
        await AddKeyAsync(agency);
        var newer = await agency.StartPeerAsync();

        using var signedIn = await agency.Browser.GetAsync(back.Headers.Location!.AbsoluteUri.Replace(agency.Origin, newer, StringComparison.Ordinal));
        var began = KeyOf(agency.Provider.Proofs.First().Proof);
        using var next = await agency.Browser.GetAsync(newer + "/moi/login?returnUrl=/me");

        signedIn.StatusCode.ShouldBe(HttpStatusCode.OK, agency.Log.Complaints);
        agency.Provider.Proofs.Take(3).Select(p => KeyOf(p.Proof)).ShouldAllBe(key => key == began);
        KeyOf(agency.Provider.Proofs.Last().Proof).ShouldNotBe(began, "the newer instance begins with the newer key");
    }

    [Fact]
    public async Task The_key_is_not_published_and_only_its_owner_can_read_it()
    {
        await using var agency = await Agency.StartAsync(("Dpop", "true"));
        using var http = LocalhostHttp.Client(agency.Origin);
        var file = Directory.GetFiles(Path.Combine(agency.KeysFolder, "dpop"), "*.pem").Single();

        (await http.GetStringAsync("/moi/jwks")).Split("\"kid\"").Length.ShouldBe(2);
        File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await http.GetStringAsync("/moi/client.json")).ShouldContain("\"dpop_bound_access_tokens\": true");
    }

    private static async Task AddKeyAsync(Agency agency)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var file = Path.Combine(agency.KeysFolder, "dpop", "99990101T000000Z.pem");
        await File.WriteAllTextAsync(file, key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static string KeyOf(string proof) => new JsonWebToken(proof).GetHeaderValue<System.Text.Json.JsonElement>("jwk").GetRawText();
}
