using System.Net;
using System.Text.Json;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>What the server says of itself.</summary>
[Collection<OnSqlite>]
public sealed class DiscoveryTests(SqliteOidcServer server)
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    [Theory]
    [InlineData("/.well-known/openid-configuration")]
    [InlineData("/.well-known/oauth-authorization-server")]
    public async Task Discovery_says_exactly_what_is_on(string address)
    {
        var answer = await server.NewBackChannel().GetAsync(address);

        answer.Headers.CacheControl!.MaxAge.ShouldBe(TimeSpan.FromMinutes(5));
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        var document = await answer.JsonAsync();

        // What other tests registered; AuthorizationDetailsTests has its own test of it.
        document.Remove("authorization_details_types_supported");
        document.ToJsonString(Indented).ShouldBe(
            """
            {
              "issuer": "http://idp.localhost:5080/",
              "authorization_endpoint": "http://idp.localhost:5080/connect/authorize",
              "pushed_authorization_request_endpoint": "http://idp.localhost:5080/connect/par",
              "token_endpoint": "http://idp.localhost:5080/connect/token",
              "device_authorization_endpoint": "http://idp.localhost:5080/connect/device",
              "userinfo_endpoint": "http://idp.localhost:5080/connect/userinfo",
              "introspection_endpoint": "http://idp.localhost:5080/connect/introspect",
              "revocation_endpoint": "http://idp.localhost:5080/connect/revoke",
              "end_session_endpoint": "http://idp.localhost:5080/connect/logout",
              "jwks_uri": "http://idp.localhost:5080/connect/jwks",
              "scopes_supported": [
                "openid",
                "profile",
                "offline_access"
              ],
              "claims_supported": [
                "iss",
                "aud",
                "azp",
                "exp",
                "iat",
                "nonce",
                "at_hash",
                "sub",
                "auth_time",
                "acr",
                "amr",
                "sid",
                "nickname",
                "locale"
              ],
              "response_types_supported": [
                "code"
              ],
              "response_modes_supported": [
                "query",
                "form_post",
                "jwt",
                "query.jwt",
                "form_post.jwt"
              ],
              "grant_types_supported": [
                "authorization_code",
                "refresh_token",
                "client_credentials",
                "urn:ietf:params:oauth:grant-type:device_code",
                "urn:ietf:params:oauth:grant-type:token-exchange"
              ],
              "code_challenge_methods_supported": [
                "S256"
              ],
              "subject_types_supported": [
                "pairwise"
              ],
              "acr_values_supported": [
                "urn:moi:acr:1"
              ],
              "prompt_values_supported": [
                "none",
                "login",
                "consent",
                "select_account"
              ],
              "ui_locales_supported": [
                "zh-TW",
                "en"
              ],
              "id_token_signing_alg_values_supported": [
                "ES256",
                "PS256",
                "RS256"
              ],
              "token_endpoint_auth_methods_supported": [
                "private_key_jwt",
                "client_secret_basic",
                "client_secret_post",
                "none"
              ],
              "token_endpoint_auth_signing_alg_values_supported": [
                "ES256",
                "PS256",
                "RS256"
              ],
              "introspection_endpoint_auth_methods_supported": [
                "private_key_jwt",
                "client_secret_basic",
                "client_secret_post"
              ],
              "introspection_endpoint_auth_signing_alg_values_supported": [
                "ES256",
                "PS256",
                "RS256"
              ],
              "revocation_endpoint_auth_methods_supported": [
                "private_key_jwt",
                "client_secret_basic",
                "client_secret_post",
                "none"
              ],
              "revocation_endpoint_auth_signing_alg_values_supported": [
                "ES256",
                "PS256",
                "RS256"
              ],
              "dpop_signing_alg_values_supported": [
                "ES256",
                "PS256"
              ],
              "authorization_response_iss_parameter_supported": true,
              "require_pushed_authorization_requests": false,
              "backchannel_logout_supported": true,
              "backchannel_logout_session_supported": true,
              "authorization_signing_alg_values_supported": [
                "ES256",
                "PS256",
                "RS256"
              ],
              "userinfo_signing_alg_values_supported": [
                "ES256",
                "PS256",
                "RS256"
              ],
              "introspection_signing_alg_values_supported": [
                "ES256",
                "PS256",
                "RS256"
              ],
              "request_object_signing_alg_values_supported": [
                "ES256",
                "PS256",
                "RS256"
              ],
              "require_signed_request_object": false,
              "claims_parameter_supported": true,
              "request_parameter_supported": true,
              "request_uri_parameter_supported": false,
              "registration_endpoint": "http://idp.localhost:5080/connect/register"
            }
            """);
    }

    [Fact]
    public async Task The_keys_are_public_and_cached_and_the_default_comes_first()
    {
        var answer = await server.NewBackChannel().GetAsync("/connect/jwks");

        answer.Headers.CacheControl!.MaxAge.ShouldBe(TimeSpan.FromMinutes(5));
        var keys = (await answer.JsonAsync())["keys"]!.AsArray();
        ((string?)keys[0]!["alg"]).ShouldBe("ES256");
        foreach (var key in keys)
        {
            key!.AsObject().ContainsKey("d").ShouldBeFalse();
            ((string?)key["use"]).ShouldBe("sig");
        }
    }

    [Theory(DisplayName = "RFC 9110 §13.1.2: who has the document hears that it is still good")]
    [InlineData("/.well-known/openid-configuration")]
    [InlineData("/.well-known/oauth-authorization-server")]
    [InlineData("/connect/jwks")]
    public async Task Not_modified(string address)
    {
        using var http = server.NewBackChannel();
        await AllKeysAsync(http);
        using var first = await http.GetAsync(address);
        var tag = first.Headers.ETag!;
        tag.IsWeak.ShouldBeFalse();

        foreach (var known in (string[])[tag.ToString(), "W/" + tag, $"\"other\", {tag}", "*"])
        {
            using var again = await AskAsync(http, address, known);
            again.StatusCode.ShouldBe(HttpStatusCode.NotModified, known);
            (await again.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
            again.Headers.ETag.ShouldBe(tag);
            again.Headers.CacheControl!.MaxAge.ShouldBe(TimeSpan.FromMinutes(5));
        }

        foreach (var unknown in (string[])["\"other\"", tag.ToString().Trim('"'), "\"", ""])
        {
            using var again = await AskAsync(http, address, unknown);
            again.StatusCode.ShouldBe(HttpStatusCode.OK, unknown);
            (await again.Content.ReadAsByteArrayAsync()).ShouldBe(await first.Content.ReadAsByteArrayAsync());
        }
    }

    [Theory(DisplayName = "RFC 9110 §9.3.2: HEAD answers as GET does, without the document")]
    [InlineData("/.well-known/openid-configuration")]
    [InlineData("/connect/jwks")]
    public async Task Head(string address)
    {
        using var http = server.NewBackChannel();
        await AllKeysAsync(http);
        using var get = await http.GetAsync(address);
        using var head = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, address));

        head.StatusCode.ShouldBe(HttpStatusCode.OK);
        head.Headers.ETag.ShouldBe(get.Headers.ETag);
        head.Content.Headers.ContentLength.ShouldBe(get.Content.Headers.ContentLength);
        head.Content.Headers.ContentType.ShouldBe(get.Content.Headers.ContentType);
        (await head.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
    }

    /// <summary>A server that has just started makes its keys one after the other.</summary>
    private static Task AllKeysAsync(HttpClient http)
        => Eventually.TrueAsync(
            async () => (await (await http.GetAsync("/connect/jwks")).JsonAsync())["keys"]!.AsArray().Select(key => (string?)key!["alg"]).Distinct().Count() == 3,
            "a key of each algorithm is published");

    private static Task<HttpResponseMessage> AskAsync(HttpClient http, string address, string known)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.TryAddWithoutValidation("If-None-Match", known);
        return http.SendAsync(request);
    }

    [Fact]
    public async Task Userinfo_says_what_it_wants()
    {
        var answer = await server.NewBackChannel().GetAsync("/connect/userinfo");

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        answer.Headers.WwwAuthenticate.Select(challenge => challenge.ToString()).ShouldBe(["Bearer", "DPoP algs=\"ES256 PS256\""]);
    }
}
