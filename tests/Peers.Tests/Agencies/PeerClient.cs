using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Moi.Identity.Testing;

namespace Moi.Identity.Peers.Tests.Agencies;

/// <summary>A client: what is registered of it, and the key or the secret that only it has.</summary>
internal sealed class PeerClient
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <param name="id">Its identifier and the first part of its host name.</param>
    /// <param name="bend">Changes the registration, which is that of a confidential client with a key.</param>
    internal PeerClient(string id, Action<JsonObject>? bend = null)
    {
        Id = id;
        Metadata = new JsonObject
        {
            ["client_id"] = id,
            ["client_name"] = "Building permits",
            ["client_name#zh-TW"] = "建照申辦",
            ["moi_agency"] = "peers",
            ["moi_agency_name"] = "Building Office",
            ["moi_agency_name#zh-TW"] = "建築管理處",
            ["redirect_uris"] = new JsonArray($"http://{id}.localhost/callback"),
            ["post_logout_redirect_uris"] = new JsonArray($"http://{id}.localhost/bye"),
            ["grant_types"] = new JsonArray("authorization_code", "refresh_token"),
            ["response_types"] = new JsonArray("code"),
            ["scope"] = "openid profile offline_access",
            ["token_endpoint_auth_method"] = "private_key_jwt",
            ["id_token_signed_response_alg"] = "ES256",
        };
        bend?.Invoke(Metadata);
        Certificate = (string?)Metadata["token_endpoint_auth_method"] switch
        {
            "tls_client_auth" => PeerAuthority.Issue(id),
            "self_signed_tls_client_auth" => PeerAuthority.SelfSigned(id),
            _ => null,
        };
        if ((string?)Metadata["token_endpoint_auth_method"] == "self_signed_tls_client_auth")
        {
            Metadata["jwks"] = new JsonObject { ["keys"] = new JsonArray(Certificate!.ToJwk()) };
        }

        if ((string?)Metadata["token_endpoint_auth_method"] == "private_key_jwt")
        {
            Metadata["jwks"] = new JsonObject { ["keys"] = new JsonArray(Jwk(withPrivate: false)) };
        }
    }

    internal string Id { get; }

    internal JsonObject Metadata { get; }

    /// <summary>The certificate of a client that is known by one (RFC 8705).</summary>
    internal SoftCertificate? Certificate { get; }

    internal string? Secret { get; set; }

    internal string RedirectUri => (string)Metadata["redirect_uris"]![0]!;

    /// <summary>All that a peer needs to be this client.</summary>
    internal JsonObject ToPeer() => new()
    {
        ["id"] = Id,
        ["metadata"] = Metadata.DeepClone(),
        ["secret"] = Secret,
        ["key"] = Jwk(withPrivate: true),
        ["certificate"] = Certificate is null ? null : PeerAuthority.ToPeer(Certificate),
    };

    /// <summary>RFC 7523 §2.2: a fresh client assertion.</summary>
    internal string Assertion(string issuer)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var content = Encode(new JsonObject { ["alg"] = "ES256", ["kid"] = "k1", ["typ"] = "client-authentication+jwt" }) + "."
            + Encode(new JsonObject
            {
                ["iss"] = Id,
                ["sub"] = Id,
                ["aud"] = issuer,
                ["iat"] = now,
                ["exp"] = now + 60,
                ["jti"] = RandomNumberGenerator.GetHexString(32),
            });
        lock (_key)
        {
            return content + "." + Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(content), HashAlgorithmName.SHA256));
        }
    }

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));

    private JsonObject Jwk(bool withPrivate)
    {
        var p = _key.ExportParameters(includePrivateParameters: true);
        var jwk = new JsonObject
        {
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["alg"] = "ES256",
            ["kid"] = "k1",
            ["use"] = "sig",
            ["x"] = Base64Url.EncodeToString(p.Q.X),
            ["y"] = Base64Url.EncodeToString(p.Q.Y),
        };
        if (withPrivate)
        {
            jwk["d"] = Base64Url.EncodeToString(p.D);
        }

        return jwk;
    }
}
