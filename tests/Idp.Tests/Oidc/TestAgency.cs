using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>An agency's application: a correct client by default, of which a test bends one thing.</summary>
internal sealed class TestAgency
{
    /// <summary>In what is signed, half of a surrogate pair: JSON can escape it, and no text holds it.</summary>
    internal const string Half = "half-of-a-surrogate-pair";

    private readonly OidcServer _server;
    private HttpClient _http;

    internal TestAgency(OidcServer server, string clientId)
    {
        _server = server;
        _http = server.NewBackChannel();
        ClientId = clientId;
        Host = $"http://{clientId}.localhost";
        Metadata = new JsonObject
        {
            ["client_id"] = clientId,
            ["client_name"] = "Building permits",
            ["client_name#zh-TW"] = "建照申辦",
            ["moi_agency"] = clientId,
            ["moi_agency_name"] = "Building Office",
            ["moi_agency_name#zh-TW"] = "建築管理處",
            ["redirect_uris"] = new JsonArray(RedirectUri),
            ["post_logout_redirect_uris"] = new JsonArray(Host + "/bye"),
            ["grant_types"] = new JsonArray("authorization_code", "refresh_token"),
            ["scope"] = "openid profile offline_access",
            ["token_endpoint_auth_method"] = "private_key_jwt",
            ["jwks"] = new JsonObject { ["keys"] = new JsonArray(PublicJwk()) },
        };
    }

    internal string ClientId { get; }

    internal string Host { get; }

    internal string RedirectUri => Host + "/callback";

    internal string? Secret { get; private set; }

    internal ECDsa Key { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    internal JsonObject Metadata { get; }

    internal string AuthMethod => (string)Metadata["token_endpoint_auth_method"]!;

    /// <summary>Does something to every request of the back channel before it is sent.</summary>
    internal Action<HttpRequestMessage> Prepare { get; set; } = _ => { };

    internal string Verifier { get; } = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    internal JsonObject PublicJwk(string kid = "k1") => PublicJwk(Key, kid);

    internal static JsonObject PublicJwk(ECDsa key, string? kid)
    {
        var p = key.ExportParameters(false);
        var jwk = new JsonObject
        {
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["use"] = "sig",
            ["x"] = Base64Url.EncodeToString(p.Q.X),
            ["y"] = Base64Url.EncodeToString(p.Q.Y),
        };
        if (kid is not null)
        {
            jwk["kid"] = kid;
        }

        return jwk;
    }

    internal TestAgency UseSecret(string method = "client_secret_basic")
    {
        Metadata["token_endpoint_auth_method"] = method;
        Metadata.Remove("jwks");
        return this;
    }

    internal TestAgency BePublic()
    {
        Metadata["token_endpoint_auth_method"] = "none";
        Metadata.Remove("jwks");
        return this;
    }

    /// <summary>After the server was restarted, or to speak with another one.</summary>
    internal void Reconnect(OidcServer? other = null) => _http = (other ?? _server).NewBackChannel();

    internal async Task RegisterAsync()
    {
        var result = await _server.ApplyAsync(new JsonArray(Metadata.DeepClone()).ToJsonString());
        result.Mistakes.ShouldBeEmpty();
        Secret = result.Secrets.GetValueOrDefault(ClientId)?.Reveal() ?? Secret;
    }

    /// <summary>The parameters of a correct authorization request.</summary>
    internal Dictionary<string, string> Request(Action<Dictionary<string, string>>? bend = null)
    {
        var request = new Dictionary<string, string>
        {
            ["client_id"] = ClientId,
            ["response_type"] = "code",
            ["redirect_uri"] = RedirectUri,
            ["scope"] = "openid profile",
            ["state"] = "state-1",
            ["nonce"] = "nonce-1",
            ["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier))),
            ["code_challenge_method"] = "S256",
        };
        bend?.Invoke(request);
        return request;
    }

    internal string AuthorizeAddress(Action<Dictionary<string, string>>? bend = null)
        => QueryHelpers.AddQueryString("/connect/authorize", Request(bend)!);

    /// <summary>Pushes a request.</summary>
    /// <returns>The address to open.</returns>
    internal async Task<string> PushAsync(Action<Dictionary<string, string>>? bend = null)
    {
        var body = await (await PostAsync("/connect/par", Request(bend))).JsonAsync(HttpStatusCode.Created);
        return QueryHelpers.AddQueryString(
            "/connect/authorize",
            new Dictionary<string, string?> { ["client_id"] = ClientId, ["request_uri"] = (string?)body["request_uri"] });
    }

    internal Task<HttpResponseMessage> RedeemAsync(string code, Action<Dictionary<string, string>>? bend = null)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = RedirectUri,
            ["code_verifier"] = Verifier,
        };
        bend?.Invoke(form);
        return PostAsync("/connect/token", form);
    }

    internal Task<HttpResponseMessage> RefreshAsync(string token, Action<Dictionary<string, string>>? bend = null)
    {
        var form = new Dictionary<string, string> { ["grant_type"] = "refresh_token", ["refresh_token"] = token };
        bend?.Invoke(form);
        return PostAsync("/connect/token", form);
    }

    internal Task<HttpResponseMessage> UserInfoAsync(string token, string scheme = "Bearer")
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/connect/userinfo");
        request.Headers.Authorization = new(scheme, token);
        Prepare(request);
        return _http.SendAsync(request);
    }

    /// <summary>Sends anything.</summary>
    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        Prepare(request);
        return _http.SendAsync(request);
    }

    /// <summary>Posts a form to an endpoint, authenticated in the registered way.</summary>
    internal Task<HttpResponseMessage> PostAsync(string path, Dictionary<string, string> form, string? assertion = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path);
        var fields = new Dictionary<string, string>(form) { ["client_id"] = ClientId };
        switch (AuthMethod)
        {
            case "private_key_jwt":
                fields["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                fields["client_assertion"] = assertion ?? Assertion();
                break;
            case "client_secret_basic":
                request.Headers.Authorization = new(
                    "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{ClientId}:{Secret}")));
                break;
            case "client_secret_post":
                fields["client_secret"] = Secret!;
                break;
        }

        request.Content = new FormUrlEncodedContent(fields);
        Prepare(request);
        return _http.SendAsync(request);
    }

    /// <summary>Posts a form with any secret in the header.</summary>
    internal Task<HttpResponseMessage> PostBasicAsync(string path, Dictionary<string, string> form, string secret)
        => _http.SendAsync(new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent(form),
            Headers = { Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{ClientId}:{secret}"))) },
        });

    /// <summary>Posts a form exactly as given.</summary>
    internal Task<HttpResponseMessage> PostRawAsync(string path, Dictionary<string, string> form)
        => _http.PostAsync(path, new FormUrlEncodedContent(form));

    /// <summary>A correct client assertion, of which a test bends header or claims.</summary>
    internal string Assertion(Action<JsonObject>? bendClaims = null, Action<JsonObject>? bendHeader = null, ECDsa? key = null)
    {
        var now = _server.Time.GetUtcNow().ToUnixTimeSeconds();
        var header = new JsonObject { ["alg"] = "ES256", ["kid"] = "k1" };
        var claims = new JsonObject
        {
            ["iss"] = ClientId,
            ["sub"] = ClientId,
            ["aud"] = OidcServer.Issuer,
            ["iat"] = now,
            ["exp"] = now + 60,
            ["jti"] = RandomNumberGenerator.GetHexString(32),
        };
        bendHeader?.Invoke(header);
        bendClaims?.Invoke(claims);
        return Sign(header, claims, key ?? Key);
    }

    /// <summary>The correct authorization request as a signed request object, of which a test bends header or claims.</summary>
    internal string RequestObject(Action<JsonObject>? bendClaims = null, Action<JsonObject>? bendHeader = null, ECDsa? key = null)
    {
        var now = _server.Time.GetUtcNow().ToUnixTimeSeconds();
        var header = new JsonObject { ["alg"] = "ES256", ["kid"] = "k1", ["typ"] = "oauth-authz-req+jwt" };
        var claims = new JsonObject
        {
            ["iss"] = ClientId,
            ["aud"] = OidcServer.Issuer,
            ["nbf"] = now,
            ["exp"] = now + 60,
            ["jti"] = RandomNumberGenerator.GetHexString(32),
        };
        foreach (var (name, value) in Request())
        {
            claims[name] = value;
        }

        bendHeader?.Invoke(header);
        bendClaims?.Invoke(claims);
        return Sign(header, claims, key ?? Key);
    }

    /// <summary>Asks about a token.</summary>
    internal async Task<HttpResponseMessage> IntrospectAsync(string token, string? accept = null)
    {
        var fields = new Dictionary<string, string> { ["token"] = token, ["client_id"] = ClientId };
        var request = new HttpRequestMessage(HttpMethod.Post, "/connect/introspect");
        fields["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        fields["client_assertion"] = Assertion();
        if (accept is not null)
        {
            request.Headers.Accept.ParseAdd(accept);
        }

        request.Content = new FormUrlEncodedContent(fields);
        return await _http.SendAsync(request);
    }

    /// <summary>Pushes parameters and opens what came of it.</summary>
    internal string Opened(JsonObject pushed)
        => QueryHelpers.AddQueryString(
            "/connect/authorize",
            new Dictionary<string, string?> { ["client_id"] = ClientId, ["request_uri"] = (string?)pushed["request_uri"] });

    /// <summary>A citizen enters: consents if asked, and comes back with a code.</summary>
    internal async Task<string> EnterAsync(TestBrowser browser, Action<Dictionary<string, string>>? bend = null)
    {
        var answer = await browser.GetAsync(await PushAsync(bend));
        var next = answer.Redirect();
        if (next.AbsolutePath == "/consent")
        {
            next = await ConsentForm.AnswerAsync(browser, next, agree: true);
        }

        next.GetLeftPart(UriPartial.Path).ShouldBe(RedirectUri, next.ToString());
        return next.Query()["code"];
    }

    /// <summary>A citizen enters and the agency has its tokens.</summary>
    internal async Task<JsonObject> GetTokensAsync(TestBrowser browser, Action<Dictionary<string, string>>? bend = null)
        => await (await RedeemAsync(await EnterAsync(browser, bend))).JsonAsync();

    private static string Sign(JsonObject header, JsonObject claims, ECDsa key)
    {
        var content = Encode(header) + "." + Encode(claims);
        return content + "." + Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(content), HashAlgorithmName.SHA256));
    }

    private static string Encode(JsonObject json)
        => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString().Replace(Half, @"\ud800", StringComparison.Ordinal)));
}

internal static class Jwt
{
    internal static JsonObject Header(string token) => Part(token, 0);

    internal static JsonObject Claims(string token) => Part(token, 1);

    /// <summary>The claims of a JWT of the server, after its signature was verified with the key that it publishes.</summary>
    internal static async Task<JsonObject> VerifiedAsync(OidcServer server, string token, string alg = "ES256")
    {
        var keys = (await (await server.NewBackChannel().GetAsync("/connect/jwks")).JsonAsync())["keys"]!.AsArray();
        var header = Header(token);
        ((string?)header["alg"]).ShouldBe(alg);
        var key = keys.Single(k => (string?)k!["kid"] == (string?)header["kid"])!;
        var signed = Encoding.ASCII.GetBytes(string.Join('.', token.Split('.')[..2]));
        var signature = Base64Url.DecodeFromChars(token.Split('.')[2]);
        byte[] Bytes(string name) => Base64Url.DecodeFromChars((string)key[name]!);
        if (alg == "ES256")
        {
            using var ecdsa = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = Bytes("x"), Y = Bytes("y") } });
            ecdsa.VerifyData(signed, signature, HashAlgorithmName.SHA256).ShouldBeTrue();
        }
        else
        {
            using var rsa = RSA.Create(new RSAParameters { Modulus = Bytes("n"), Exponent = Bytes("e") });
            rsa.VerifyData(signed, signature, HashAlgorithmName.SHA256, alg == "PS256" ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1)
                .ShouldBeTrue();
        }

        return Claims(token);
    }

    private static JsonObject Part(string token, int index)
        => JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[index]))!.AsObject();
}
