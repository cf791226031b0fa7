using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.Tokens;
using Moi.Identity.Dpop;
using Moi.Identity.Sdk.Tests.Fake;

namespace Moi.Identity.Sdk.Tests.Api;

/// <summary>One call of an API with an access token: right by default, and everything of it can be bent.</summary>
internal sealed class ApiDraft : IAsyncDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    internal FakeTimeProvider Time { get; } = new(TimeProvider.System.GetUtcNow());

    internal FakeProvider Provider { get; private set; } = null!;

    internal FakeApi Api { get; private set; } = null!;

    internal string Scope { get; set; } = "taxes.read";

    /// <summary>Whether the token is bound to a key, and proven.</summary>
    internal bool IsBound { get; set; }

    internal string? Scheme { get; set; }

    internal Action<JwtDraft> BendToken { get; set; } = _ => { };

    /// <summary>Bends the proof; the second argument is the access token.</summary>
    internal Action<ProofDraft, string> BendProof { get; set; } = (_, _) => { };

    internal Func<string, string> BendHeader { get; set; } = header => header;

    internal static async Task<ApiDraft> StartAsync(params (string, string)[] settings)
    {
        var draft = new ApiDraft();
        draft.Provider = await FakeProvider.StartAsync(draft.Time);
        draft.Api = await FakeApi.StartAsync(draft.Provider, draft.Time, null, settings);
        return draft;
    }

    internal string Token()
    {
        var token = Provider.NewAccessToken("subject-1", "agency", Scope, Api.Origin, IsBound ? Thumbprint(_key) : null);
        BendToken(token);
        return token.Write();
    }

    /// <summary>The key that proofs are made with; the token stays bound to the right one.</summary>
    internal ECDsa? ProofKey { get; set; }

    internal ProofDraft Proof(string path, string token)
    {
        var proof = new ProofDraft(ProofKey ?? _key)
        {
            Payload =
            {
                ["htu"] = Api.Origin + path.Split('?')[0],
                ["iat"] = Time.GetUtcNow().ToUnixTimeSeconds(),
                ["jti"] = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(16)),
                ["ath"] = DpopProof.HashOf(token),
            },
        };
        BendProof(proof, token);
        return proof;
    }

    internal async Task<(int Status, string Body, string[] Challenges, string? Nonce)> CallAsync(string path = "/taxes")
    {
        var token = Token();
        using var response = await Api.SendAsync(
            HttpMethod.Get, path, BendHeader($"{Scheme ?? (IsBound ? "DPoP" : "Bearer")} {token}"), IsBound ? Proof(path, token).Write() : null);
        return await AnswerAsync(response);
    }

    internal static async Task<(int Status, string Body, string[] Challenges, string? Nonce)> AnswerAsync(HttpResponseMessage response) => (
        (int)response.StatusCode,
        await response.Content.ReadAsStringAsync(),
        [.. response.Headers.TryGetValues("WWW-Authenticate", out var challenges) ? challenges : []],
        response.Headers.TryGetValues("DPoP-Nonce", out var nonces) ? nonces.Single() : null);

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        await Provider.DisposeAsync();
        _key.Dispose();
    }

    private static string Thumbprint(ECDsa key) =>
        Base64UrlEncoder.Encode(new JsonWebKey(ProofDraft.PublicKeyOf(key).ToJsonString()).ComputeJwkThumbprint());
}
