using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.Tokens;
using Moi.Identity.Dpop;
using Moi.Identity.Sdk.Tests.Fake;
using Moi.Identity.Testing;

namespace Moi.Identity.Sdk.Tests.Api;

/// <summary>RFC 9449 §7 and RFC 8705 §3 at an API: a bound token is of no use to a thief (attack case T16).</summary>
public sealed class BoundTokenTests(RedisServer redis) : IAsyncLifetime
{
    private static readonly Dictionary<string, (string Error, Action<ProofDraft, string> Bend)> Bends = new()
    {
        ["another method"] = ("invalid_dpop_proof", (p, _) => p.Payload["htm"] = "POST"),
        ["another path"] = ("invalid_dpop_proof", (p, _) => p.Payload["htu"] = p.Payload["htu"] + "/2026"),
        ["another host"] = ("invalid_dpop_proof", (p, _) => p.Payload["htu"] = "https://other.example/taxes"),
        ["too old"] = ("invalid_dpop_proof", (p, _) => p.Payload["iat"] = (long)p.Payload["iat"]! - 61),
        ["no ath"] = ("invalid_dpop_proof", (p, _) => p.Payload.Remove("ath")),
        ["ath of another token"] = ("invalid_dpop_proof", (p, token) => p.Payload["ath"] = DpopProof.HashOf(token + "a")),
        ["a key that did not sign it"] = ("invalid_dpop_proof", (p, _) => p.Header["jwk"] = ProofDraft.PublicKeyOf(ECDsa.Create(ECCurve.NamedCurves.nistP256))),
    };

    private ApiDraft _draft = null!;

    public static TheoryData<string> BentNames => [.. Bends.Keys];

    public async ValueTask InitializeAsync()
    {
        _draft = await ApiDraft.StartAsync();
        _draft.IsBound = true;
    }

    public ValueTask DisposeAsync() => _draft.DisposeAsync();

    [Theory]
    [InlineData("/taxes")]
    [InlineData("/taxes?year=2026")]
    [InlineData("/taxes/a%2Fb")]
    [InlineData("/taxes/%E7%A8%85")]
    [InlineData("/taxes/100%25")]
    public async Task A_token_with_its_proof_is_accepted(string path)
        => (await _draft.CallAsync(path)).Body.ShouldBe("taxes", _draft.Api.Log.Complaints);

    [Theory(DisplayName = "§4.3: a proof names the address that the client called, whether a proxy has taken a prefix off it or not")]
    [InlineData("/tax", "/taxes", "/tax/taxes")]
    [InlineData("/taxes", "/taxes", "/taxes/taxes")]
    [InlineData("/taxes", "/taxes/a%2Fb", "/taxes/taxes/a%2Fb")]
    public async Task A_prefix_that_the_proxy_took_off(string prefix, string path, string called)
    {
        _draft.Api.Before = context =>
        {
            context.Request.PathBase = prefix;
            return false;
        };
        _draft.BendProof = (proof, _) => proof.Payload["htu"] = _draft.Api.Origin + called;

        (await _draft.CallAsync(path)).Body.ShouldBe("taxes", _draft.Api.Log.Complaints);
    }

    [Theory(DisplayName = "§4.3: nor does it matter that the application takes the prefix off itself")]
    [InlineData("/tax", "/tax/taxes")]
    [InlineData("/taxes", "/taxes/taxes/a%2Fb")]
    public async Task A_prefix_of_the_application(string prefix, string called)
    {
        _draft.Api.Before = context =>
        {
            (context.Request.PathBase, context.Request.Path) = (prefix, context.Request.Path.Value![prefix.Length..]);
            return false;
        };

        (await _draft.CallAsync(called)).Body.ShouldBe("taxes", _draft.Api.Log.Complaints);
    }

    [Theory]
    [MemberData(nameof(BentNames))]
    public async Task A_bent_proof_is_refused(string bent)
    {
        _draft.BendProof = Bends[bent].Bend;

        var answer = await _draft.CallAsync();

        answer.Status.ShouldBe(401);
        answer.Challenges.ShouldContain(c => c.StartsWith($"DPoP error=\"{Bends[bent].Error}\"", StringComparison.Ordinal) && c.Contains("algs=\"ES256 ", StringComparison.Ordinal));
    }

    [Fact(DisplayName = "T16 §7.2: a bound token as a bearer token is refused")]
    public async Task A_downgrade_is_refused()
    {
        _draft.Scheme = "Bearer";
        (await _draft.CallAsync()).Status.ShouldBe(401);

        using var alone = await _draft.Api.SendAsync(HttpMethod.Get, "/taxes", "Bearer " + _draft.Token());
        ((int)alone.StatusCode).ShouldBe(401);
        using var withoutProof = await _draft.Api.SendAsync(HttpMethod.Get, "/taxes", "DPoP " + _draft.Token());
        ((int)withoutProof.StatusCode).ShouldBe(401);
    }

    [Fact(DisplayName = "T16 §4.3 12: the proof of a thief's own key is refused")]
    public async Task Another_key()
    {
        using var thiefs = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _draft.ProofKey = thiefs;

        var answer = await _draft.CallAsync();

        answer.Status.ShouldBe(401);
        answer.Challenges[1].ShouldContain("another key than the one that is expected");
    }

    [Fact]
    public async Task A_token_that_is_not_bound_is_no_DPoP_token()
    {
        _draft.BendToken = token => token.Payload.Remove("cnf");

        (await _draft.CallAsync()).Status.ShouldBe(401);
    }

    [Fact(DisplayName = "§11.1: the Host header is the sender's; a proof for another server opens nothing")]
    public async Task The_Host_header_changes_nothing()
    {
        _draft.BendProof = (proof, _) => proof.Payload["htu"] = "http://other.example/taxes";
        var token = _draft.Token();
        using var http = LocalhostHttp.Client(_draft.Api.Origin);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/taxes");
        request.Headers.Host = "other.example";
        request.Headers.TryAddWithoutValidation("Authorization", "DPoP " + token);
        request.Headers.TryAddWithoutValidation("DPoP", _draft.Proof("/taxes", token).Write());

        using var response = await http.SendAsync(request);

        ((int)response.StatusCode).ShouldBe(401);
    }

    [Theory(DisplayName = "T16 §11.1: a proof works once, on all instances")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_proof_works_once(bool shared)
    {
        await using var draft = await ApiDraft.StartAsync(shared ? [("MoiIdentityApi:Redis", redis.ConnectionString)] : []);
        draft.IsBound = true;
        var token = draft.Token();
        var proof = draft.Proof("/taxes", token).Write();
        await using var other = await FakeApi.StartAsync(
            draft.Provider, draft.Time, null,
            ("MoiIdentityApi:Redis", redis.ConnectionString), ("MoiIdentityApi:Audience", draft.Api.Origin), ("MoiIdentityApi:PublicOrigin", draft.Api.Origin));

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
        {
            using var response = await (shared && i % 2 == 1 ? other : draft.Api).SendAsync(HttpMethod.Get, "/taxes", "DPoP " + token, proof);
            return await ApiDraft.AnswerAsync(response);
        }));

        answers.Count(answer => answer.Status == 200).ShouldBe(1);
        answers.Where(answer => answer.Status != 200).ShouldAllBe(answer => answer.Challenges[1].Contains("used before", StringComparison.Ordinal));
    }

    [Fact(DisplayName = "§9: with a nonce")]
    public async Task A_nonce_is_asked_for_and_given()
    {
        await using var draft = await ApiDraft.StartAsync(("MoiIdentityApi:DpopNonce", "true"));
        draft.IsBound = true;

        var first = await draft.CallAsync();
        draft.BendProof = (proof, _) => proof.Payload["nonce"] = first.Nonce;
        var second = await draft.CallAsync();
        draft.BendProof = (proof, _) => proof.Payload["nonce"] = second.Nonce;
        var third = await draft.CallAsync();
        draft.Time.Advance(TimeSpan.FromMinutes(5.1));
        var late = await draft.CallAsync();
        draft.BendProof = (proof, _) => proof.Payload["nonce"] = first.Nonce![..^4] + "AAAA";
        var forged = await draft.CallAsync();

        first.Status.ShouldBe(401);
        first.Challenges[1].ShouldStartWith("DPoP error=\"use_dpop_nonce\"");
        second.Status.ShouldBe(200);
        third.Status.ShouldBe(200, "the nonce of a good answer works");
        (late.Status, late.Challenges[1][..28]).ShouldBe((401, "DPoP error=\"use_dpop_nonce\","));
        (forged.Status, forged.Challenges[1][..28]).ShouldBe((401, "DPoP error=\"use_dpop_nonce\","));
    }

    [Theory]
    [InlineData("WhenBound", false, 200)]
    [InlineData("WhenBound", true, 200)]
    [InlineData("Required", false, 401)]
    [InlineData("Required", true, 200)]
    [InlineData("Dpop", false, 401)]
    [InlineData("Dpop", true, 200)]
    [InlineData("MutualTls", false, 401)]
    [InlineData("MutualTls", true, 401)]
    public async Task An_API_says_what_must_be_bound(string binding, bool bound, int status)
    {
        await using var draft = await ApiDraft.StartAsync(("MoiIdentityApi:Binding", binding));
        draft.IsBound = bound;

        var answer = await draft.CallAsync();

        answer.Status.ShouldBe(status);
        if (status == 401)
        {
            answer.Challenges.Any(c => c.StartsWith("Bearer", StringComparison.Ordinal)).ShouldBe(binding != "Dpop");
            answer.Challenges.Any(c => c.StartsWith("DPoP", StringComparison.Ordinal)).ShouldBe(binding != "MutualTls");
        }
    }

    [Theory(DisplayName = "RFC 8705 §3: the certificate of the connection")]
    [InlineData("its own", 200)]
    [InlineData("another", 401)]
    [InlineData("none", 401)]
    public async Task A_token_bound_to_a_certificate(string certificate, int status)
    {
        await using var draft = await ApiDraft.StartAsync(("MoiIdentityApi:Binding", "MutualTls"));
        using var own = Certificate();
        using var other = Certificate();
        draft.BendToken = token => token.Payload["cnf"] = new JsonObject { ["x5t#S256"] = Base64UrlEncoder.Encode(SHA256.HashData(own.RawData)) };
        draft.Api.Before = context =>
        {
            context.Connection.ClientCertificate = certificate switch { "its own" => own, "another" => other, _ => null };
            return false;
        };

        (await draft.CallAsync()).Status.ShouldBe(status);
    }

    [Fact]
    public async Task A_token_bound_to_both_needs_both()
    {
        using var own = Certificate();
        _draft.BendToken = token => token.Payload["cnf"]!["x5t#S256"] = Base64UrlEncoder.Encode(SHA256.HashData(own.RawData));

        (await _draft.CallAsync()).Status.ShouldBe(401, "no certificate");
        _draft.Api.Before = context =>
        {
            context.Connection.ClientCertificate = own;
            return false;
        };
        (await _draft.CallAsync()).Status.ShouldBe(200);
        _draft.BendProof = (proof, _) => proof.Payload.Remove("ath");
        (await _draft.CallAsync()).Status.ShouldBe(401, "no good proof");
    }

    [Fact]
    public async Task When_proofs_cannot_be_remembered_nobody_comes_in()
    {
        var server = new RedisServer();
        await server.InitializeAsync();
        await using var draft = await ApiDraft.StartAsync(("MoiIdentityApi:Redis", server.ConnectionString + ",connectTimeout=500"));
        draft.IsBound = true;
        (await draft.CallAsync()).Status.ShouldBe(200);
        await server.DisposeAsync();

        (await draft.CallAsync()).Status.ShouldBe(503);
    }

    [Fact]
    public async Task A_cache_of_proofs_forgets_what_is_too_old()
    {
        var cache = new Identity.Api.MemoryReplayCache(_draft.Time);
        (await cache.TryAddAsync("a", _draft.Time.GetUtcNow().AddSeconds(60), CancellationToken.None)).ShouldBeTrue();
        _draft.Time.Advance(TimeSpan.FromSeconds(59));
        (await cache.TryAddAsync("a", _draft.Time.GetUtcNow().AddSeconds(60), CancellationToken.None)).ShouldBeFalse();
        _draft.Time.Advance(TimeSpan.FromSeconds(10));
        (await cache.TryAddAsync("b", _draft.Time.GetUtcNow().AddSeconds(60), CancellationToken.None)).ShouldBeTrue();

        cache.Count.ShouldBe(1);
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=agency", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
    }
}
