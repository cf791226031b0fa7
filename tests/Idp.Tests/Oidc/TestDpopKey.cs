using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Idp.Features.Oidc.SenderConstraint;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>A client's DPoP key, which makes correct proofs unless a test bends one.</summary>
internal sealed class TestDpopKey(TimeProvider time, string origin, Func<string?> firstNonce)
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    internal TestDpopKey(OidcServer server)
        : this(server.Time, OidcServer.Origin, () => server.Services.GetRequiredService<DpopNonces>().Current)
    {
    }

    /// <summary>The nonce for the next proof, taken from inside the server so that only the tests of nonces have to ask for one.</summary>
    internal Func<string?> Nonce { get; set; } = firstNonce;

    internal string Jkt
    {
        get
        {
            var jwk = Jwk();
            return Hash($$"""{"crv":"P-256","kty":"EC","x":"{{jwk["x"]}}","y":"{{jwk["y"]}}"}""");
        }
    }

    /// <summary>Puts a proof on a request.</summary>
    internal void Attach(HttpRequestMessage request) => Attach(request, null);

    internal void Attach(HttpRequestMessage request, Action<JsonObject>? bend)
        => request.Headers.Add("DPoP", Proof(request.Method.Method, request.RequestUri!.OriginalString, request.Headers.Authorization is { Scheme: "DPoP" } sent ? sent.Parameter : null, bend));

    internal string Proof(string method, string path, string? token = null, Action<JsonObject>? bend = null, Action<JsonObject>? bendHeader = null)
    {
        var header = new JsonObject { ["typ"] = "dpop+jwt", ["alg"] = "ES256", ["jwk"] = Jwk() };
        var claims = new JsonObject
        {
            ["jti"] = RandomNumberGenerator.GetHexString(32),
            ["htm"] = method,
            ["htu"] = origin + path,
            ["iat"] = time.GetUtcNow().ToUnixTimeSeconds(),
        };
        if (Nonce() is { } nonce)
        {
            claims["nonce"] = nonce;
        }

        if (token is not null)
        {
            claims["ath"] = Hash(token);
        }

        bend?.Invoke(claims);
        bendHeader?.Invoke(header);
        var content = Encode(header) + "." + Encode(claims);
        return content + "." + Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(content), HashAlgorithmName.SHA256));
    }

    private static string Hash(string text) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(text)));

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));

    private JsonObject Jwk()
    {
        var q = _key.ExportParameters(false).Q;
        return new JsonObject { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = Base64Url.EncodeToString(q.X), ["y"] = Base64Url.EncodeToString(q.Y) };
    }
}
