using System.Text.Json.Nodes;
using Moi.Identity.Peers.Tests.Agencies;
using Moi.Identity.Peers.Tests.Servers;

namespace Moi.Identity.Peers.Tests;

/// <summary>
/// The certified relying party <c>openid-client</c> goes through every flow, through nginx and both servers in turn. It
/// checks what the specifications tell a client to check; here stands what it found besides.
/// </summary>
public sealed class OpenIdClientTests(Deployment deployment, RelyingParty peer) : IClassFixture<RelyingParty>
{
    public static TheoryData<string> ClientAuthentication => ["private_key_jwt", "client_secret_basic", "client_secret_post", "none"];

    [Fact]
    public async Task It_reads_both_discovery_documents()
    {
        var found = await peer.RunAsync("discovery", PeerClients.WithKey);

        ((string?)found["openid"]!["issuer"]).ShouldBe(deployment.Issuer);
        JsonNode.DeepEquals(found["openid"], found["oauth"]).ShouldBeTrue(found.ToJsonString());
        ((bool)found["supportsPkce"]!).ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(ClientAuthentication))]
    public async Task It_signs_a_citizen_in_by_code_and_PKCE(string method)
    {
        var client = method switch
        {
            "private_key_jwt" => PeerClients.WithKey,
            "client_secret_basic" => PeerClients.WithBasicSecret,
            "client_secret_post" => PeerClients.WithFormSecret,
            _ => PeerClients.Public,
        };

        var signedIn = await peer.RunAsync("sign-in", client, await NewCitizenAsync());

        IsSignedIn(signedIn, client, "ES256");
        ((string?)signedIn["userInfo"]!["sub"]).ShouldBe((string?)signedIn["claims"]!["sub"]);
        ((string?)signedIn["userInfo"]!["nickname"]).ShouldBe("Home");
    }

    [Theory]
    [InlineData("PS256")]
    [InlineData("RS256")]
    public async Task It_gets_the_ID_token_in_the_algorithm_that_it_registered(string alg)
    {
        var client = alg == "PS256" ? PeerClients.Ps256 : PeerClients.Rs256;

        IsSignedIn(await peer.RunAsync("sign-in", client, await NewCitizenAsync()), client, alg);
    }

    [Fact]
    public async Task It_pushes_its_request()
    {
        var signedIn = await peer.RunAsync("pushed", PeerClients.WithKey, await NewCitizenAsync());

        IsSignedIn(signedIn, PeerClients.WithKey, "ES256");
        signedIn["visited"]!.AsArray().Select(name => (string?)name).ShouldBe(["client_id", "request_uri"], ignoreOrder: true);
    }

    [Fact]
    public async Task It_refreshes_with_rotation_until_a_spent_token_comes_again()
    {
        var done = await peer.RunAsync("refresh", PeerClients.WithKey, await NewCitizenAsync());

        ((bool)done["rotated"]!).ShouldBeTrue();
        ((string?)done["third"]!["claims"]!["sub"]).ShouldBe((string?)done["first"]!["claims"]!["sub"]);
        ((string?)done["userInfo"]!["sub"]).ShouldBe((string?)done["first"]!["claims"]!["sub"]);
        IsRefused(done["reused"], "invalid_grant", 400);
        IsRefused(done["afterwards"], "invalid_grant", 400);
    }

    [Fact]
    public async Task It_introspects_and_revokes()
    {
        var done = await peer.RunAsync("introspection", PeerClients.WithKey, await NewCitizenAsync());

        foreach (var token in (string[])["access", "refresh"])
        {
            ((bool)done[token]!["active"]!).ShouldBeTrue();
            ((string?)done[token]!["sub"]).ShouldBe((string?)done["claims"]!["sub"]);
            ((string?)done[token]!["client_id"]).ShouldBe(PeerClients.WithKey.Id);
        }

        done["afterwards"]!.AsArray().Select(answer => answer!.ToJsonString()).Distinct().ShouldBe(["""{"active":false}"""]);
    }

    [Fact]
    public async Task It_asks_without_a_prompt_and_for_a_fresh_sign_in()
    {
        var done = await peer.RunAsync("prompt-none", PeerClients.WithKey, await NewCitizenAsync());

        ((string?)done["before"]!["error"]).ShouldBe("login_required");
        ((string?)done["second"]!["claims"]!["sid"]).ShouldBe((string?)done["first"]!["claims"]!["sid"]);
        ((long)done["fresh"]!["claims"]!["auth_time"]!).ShouldBeGreaterThanOrEqualTo((long)done["first"]!["claims"]!["auth_time"]!);
    }

    [Fact]
    public async Task It_gets_the_issuer_with_each_answer_and_refuses_one_without()
    {
        var done = await peer.RunAsync("issuer", PeerClients.WithKey, await NewCitizenAsync());

        ((string?)done["iss"]).ShouldBe(deployment.Issuer);
        ((string?)done["missing"]!["code"]).ShouldBe("OAUTH_INVALID_RESPONSE");
        ((string?)done["another"]!["code"]).ShouldBe("OAUTH_INVALID_RESPONSE");
        IsSignedIn(done["kept"]!, PeerClients.WithKey, "ES256");
    }

    [Fact]
    public async Task It_signs_the_citizen_out_and_is_told_so_by_the_back_channel()
    {
        var client = PeerClients.WithLogout;

        var done = await peer.RunAsync("logout", client, await NewCitizenAsync());

        ((string?)done["back"]).ShouldBe((string?)client.Metadata["post_logout_redirect_uris"]![0] + "?state=bye-1");
        ((string?)done["notice"]!["sid"]).ShouldBe((string?)done["claims"]!["sid"]);
        ((string?)done["notice"]!["sub"]).ShouldBe((string?)done["claims"]!["sub"]);
        done["notice"]!["events"]!.ToJsonString().ShouldBe("""{"http://schemas.openid.net/event/backchannel-logout":{}}""");
        done["notice"]!.AsObject().ContainsKey("nonce").ShouldBeFalse();
        ((string?)done["header"]!["alg"]).ShouldBe("ES256");
        ((string?)done["silent"]!["error"]).ShouldBe("login_required");
    }

    private Task<Citizen> NewCitizenAsync() => Citizen.SignUpAsync(deployment);

    private static void IsSignedIn(JsonNode signedIn, PeerClient client, string alg)
    {
        ((string?)signedIn["alg"]).ShouldBe(alg);
        ((string?)signedIn["claims"]!["aud"]).ShouldBe(client.Id);
        ((string?)signedIn["claims"]!["acr"]).ShouldBe("urn:moi:acr:1");
        ((string?)signedIn["type"]).ShouldBe("bearer");
    }

    private static void IsRefused(JsonNode? refusal, string error, int status)
    {
        ((string?)refusal!["error"]).ShouldBe(error);
        ((int)refusal["status"]!).ShouldBe(status);
    }
}
