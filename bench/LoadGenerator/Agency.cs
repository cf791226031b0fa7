using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Moi.Identity.LoadGenerator;

/// <summary>A confidential client that pushes its requests, signs its assertions and checks every token it gets.</summary>
internal sealed class Agency : IDisposable
{
    internal const string ClientId = "load-generator";
    internal const string RedirectUri = "https://load.example/callback";
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly Dictionary<string, ECDsa> _issuerKeys = new(StringComparer.Ordinal);
    private readonly HttpClient _http;
    private string _issuer = "";

    internal Agency(HttpClient http) => _http = http;

    /// <summary>The registration, as a file for <c>clients apply</c>.</summary>
    internal string Registration(string scope)
    {
        var p = _key.ExportParameters(false);
        return new JsonArray(new JsonObject
        {
            ["client_id"] = ClientId,
            ["client_name"] = "Load generator",
            ["client_name#zh-TW"] = "負載產生器",
            ["redirect_uris"] = new JsonArray(RedirectUri),
            ["grant_types"] = new JsonArray("authorization_code", "refresh_token", "client_credentials"),
            ["response_types"] = new JsonArray("code"),
            ["token_endpoint_auth_method"] = "private_key_jwt",
            ["require_pushed_authorization_requests"] = true,
            ["jwks"] = new JsonObject
            {
                ["keys"] = new JsonArray(new JsonObject
                {
                    ["kty"] = "EC",
                    ["crv"] = "P-256",
                    ["alg"] = "ES256",
                    ["use"] = "sig",
                    ["kid"] = "load-1",
                    ["x"] = Base64Url.EncodeToString(p.Q.X),
                    ["y"] = Base64Url.EncodeToString(p.Q.Y),
                }),
            },
            ["scope"] = scope + " load.read",
            ["moi_agency"] = "load",
            ["moi_profile"] = "basic",
            ["moi_access_token_lifetime"] = 3600,
        },
        new JsonObject
        {
            ["client_id"] = "load-api",
            ["client_name"] = "Load API",
            ["moi_agency"] = "load",
            ["grant_types"] = new JsonArray(),
            ["moi_resource"] = new JsonObject
            {
                ["identifier"] = "https://load.example/api",
                ["scopes"] = new JsonObject { ["load.read"] = new JsonObject { ["zh-TW"] = "讀取", ["en"] = "Read" } },
            },
        }).ToJsonString();
    }

    /// <summary>Reads discovery and the signing keys.</summary>
    internal async Task DiscoverAsync()
    {
        var discovery = await _http.GetFromJsonAsync<JsonObject>("/.well-known/openid-configuration");
        _issuer = (string)discovery!["issuer"]!;
        var keys = await _http.GetFromJsonAsync<JsonObject>(new Uri((string)discovery["jwks_uri"]!).AbsolutePath);
        foreach (var key in keys!["keys"]!.AsArray().Where(k => (string?)k!["kty"] == "EC"))
        {
            _issuerKeys[(string)key!["kid"]!] = ECDsa.Create(new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint
                {
                    X = Base64Url.DecodeFromChars((string)key["x"]!),
                    Y = Base64Url.DecodeFromChars((string)key["y"]!),
                },
            });
        }
    }

    /// <summary>Pushes an authorization request.</summary>
    internal async Task<PendingRequest> PushAsync(string scope)
    {
        var pending = new PendingRequest(Secret(), Secret(), Secret());
        using var response = await _http.PostAsync("/connect/par", Form(new()
        {
            ["client_id"] = ClientId,
            ["response_type"] = "code",
            ["redirect_uri"] = RedirectUri,
            ["scope"] = scope,
            ["state"] = pending.State,
            ["nonce"] = pending.Nonce,
            ["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(pending.Verifier))),
            ["code_challenge_method"] = "S256",
        }));
        var body = await ReadAsync(response, HttpStatusCode.Created);
        return pending with { RequestUri = (string)body["request_uri"]! };
    }

    /// <summary>Redeems the code of a callback address and validates the ID token.</summary>
    internal async Task<JsonNode> RedeemAsync(PendingRequest pending, Uri callback)
    {
        var query = callback.Query.TrimStart('?').Split('&').Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[1]), StringComparer.Ordinal);
        Check(callback.GetLeftPart(UriPartial.Path) == RedirectUri, "redirect address");
        Check(query.GetValueOrDefault("state") == pending.State, "state");
        Check(query.GetValueOrDefault("iss") == _issuer, "iss");
        using var response = await _http.PostAsync("/connect/token", Form(new()
        {
            ["grant_type"] = "authorization_code",
            ["client_id"] = ClientId,
            ["code"] = query["code"],
            ["redirect_uri"] = RedirectUri,
            ["code_verifier"] = pending.Verifier,
        }));
        var body = await ReadAsync(response, HttpStatusCode.OK);
        var claims = Validate((string)body["id_token"]!);
        Check((string?)claims["iss"] == _issuer, "iss of the ID token");
        Check((string?)claims["aud"] == ClientId, "aud of the ID token");
        Check((string?)claims["nonce"] == pending.Nonce, "nonce of the ID token");
        Validate((string)body["access_token"]!);
        return body;
    }

    internal async Task<JsonNode> RefreshAsync(string token)
    {
        using var response = await _http.PostAsync("/connect/token", Form(new()
        {
            ["grant_type"] = "refresh_token",
            ["client_id"] = ClientId,
            ["refresh_token"] = token,
        }));
        return await ReadAsync(response, HttpStatusCode.OK);
    }

    internal async Task UserInfoAsync(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/connect/userinfo");
        request.Headers.Authorization = new("Bearer", token);
        using var response = await _http.SendAsync(request);
        Check((await ReadAsync(response, HttpStatusCode.OK))["sub"] is not null, "userinfo");
    }

    internal async Task IntrospectAsync(string token)
    {
        using var response = await _http.PostAsync("/connect/introspect", Form(new() { ["client_id"] = ClientId, ["token"] = token }));
        Check((bool?)(await ReadAsync(response, HttpStatusCode.OK))["active"] == true, "introspection");
    }

    internal async Task ClientCredentialsAsync()
    {
        using var response = await _http.PostAsync("/connect/token", Form(new()
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = ClientId,
            ["scope"] = "load.read",
        }));
        Validate((string)(await ReadAsync(response, HttpStatusCode.OK))["access_token"]!);
    }

    public void Dispose()
    {
        _key.Dispose();
        foreach (var key in _issuerKeys.Values)
        {
            key.Dispose();
        }
    }

    private static string Secret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    private static void Check(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException("The " + what + " is wrong.");
        }
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        var text = await response.Content.ReadAsStringAsync();
        return response.StatusCode == expected
            ? JsonNode.Parse(text)!
            : throw new InvalidOperationException($"{response.RequestMessage!.RequestUri!.AbsolutePath}: {response.StatusCode} {text}");
    }

    private JsonNode Validate(string token)
    {
        var parts = token.Split('.');
        var header = JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!;
        Check((string?)header["alg"] == "ES256", "alg");
        var key = _issuerKeys[(string)header["kid"]!];
        Check(
            key.VerifyData(
                Encoding.ASCII.GetBytes(parts[0] + "." + parts[1]), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256),
            "signature");
        return JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!;
    }

    private FormUrlEncodedContent Form(Dictionary<string, string> fields)
    {
        fields["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        fields["client_assertion"] = Assertion();
        return new FormUrlEncodedContent(fields);
    }

    private string Assertion()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var header = Base64Url.EncodeToString("""{"alg":"ES256","kid":"load-1","typ":"client-authentication+jwt"}"""u8);
        var payload = Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["iss"] = ClientId,
            ["sub"] = ClientId,
            ["aud"] = _issuer,
            ["jti"] = Secret(),
            ["iat"] = now,
            ["exp"] = now + 60,
        }));
        var signed = header + "." + payload;
        lock (_key)
        {
            return signed + "." + Base64Url.EncodeToString(
                _key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256));
        }
    }
}

/// <summary>What the agency remembers between request and callback.</summary>
internal sealed record PendingRequest(string State, string Nonce, string Verifier)
{
    internal string RequestUri { get; init; } = "";
}
