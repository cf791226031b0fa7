using System.Text.Json.Nodes;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Clients;

/// <summary>The table of what a registration may say. Each row bends a good registration.</summary>
public sealed class ClientRulesTests
{
    private const string Good = """
        {
          "client_id": "permits", "client_name": "Permits", "moi_agency": "building-office",
          "redirect_uris": ["https://permits.example.gov.tw/callback"],
          "jwks_uri": "https://permits.example.gov.tw/jwks", "token_endpoint_auth_method": "private_key_jwt"
        }
        """;

    [Theory]
    [InlineData(Good)]
    [InlineData("""{"client_id": "a-1", "client_name": "A", "moi_agency": "b-1", "redirect_uris": ["https://a.example/"]}""")]
    [InlineData("""{"client_id": "api", "client_name": "A", "moi_agency": "b-1", "grant_types": [], "scope": "openid"}""")]
    [InlineData("""{"client_id": "app", "client_name": "A", "moi_agency": "b-1", "application_type": "native", "token_endpoint_auth_method": "none", "redirect_uris": ["http://127.0.0.1/cb", "http://[::1]/cb", "tw.gov.example.app:/cb"]}""")]
    [InlineData("""{"client_id": "tax-api", "client_name": "A", "moi_agency": "b-1", "grant_types": [], "moi_resource": {"identifier": "https://api.example/tax", "scopes": {"tax.read": {"zh-TW": "讀取稅籍", "en": "Read tax records"}}}}""")]
    [InlineData("""{"client_id": "a-1", "client_name": "A", "moi_agency": "b-1", "redirect_uris": ["https://a.example/"], "scope": "openid tax.read", "moi_consent": "always", "request_object_signing_alg": "ES256", "require_signed_request_object": true, "jwks_uri": "https://a.example/jwks", "authorization_signed_response_alg": "PS256", "userinfo_signed_response_alg": "RS256", "introspection_signed_response_alg": "ES256", "authorization_details_types": ["tax.payment"], "moi_claims": ["nickname"], "moi_access_token_lifetime": 60, "moi_refresh_token_lifetime": 3600}""")]
    public void Good_registrations_are_accepted(string client) => Check(client).ShouldBeEmpty();

    [Theory]
    [InlineData("client_id", "\"AB\"", "$[0].client_id", "name")]
    [InlineData("client_id", "\"with space\"", "$[0].client_id", "name")]
    [InlineData("client_id", "7", "$[0].client_id", "type")]
    [InlineData("client_id", null, "$[0].client_id", "missing")]
    [InlineData("client_name", null, "$[0].client_name", "missing")]
    [InlineData("client_name", "\"\"", "$[0].client_name", "type")]
    [InlineData("client_name", "\"a\\nb\"", "$[0].client_name", "type")]
    [InlineData("client_name", "\"a\\u202eb\"", "$[0].client_name", "type")]
    [InlineData("client_name#zh-TW", "\"甲\\u200b乙\"", "$[0]['client_name#zh-TW']", "type")]
    [InlineData("client_name", "\"a\\u2028b\"", "$[0].client_name", "type")]
    [InlineData("moi_agency_name", "\"a\\ue000b\"", "$[0].moi_agency_name", "type")]
    [InlineData("moi_resource", "{\"identifier\": \"https://api.example/\", \"scopes\": {\"a.b\": {\"zh-TW\": \"甲\\u2066乙\", \"en\": \"A\"}}}", "$[0].moi_resource.scopes['a.b'].zh-TW", "type")]
    [InlineData("moi_agency", null, "$[0].moi_agency", "missing")]
    [InlineData("moi_agency", "\"../x\"", "$[0].moi_agency", "name")]
    [InlineData("moi_profile", "\"fapi2\"", "$[0].dpop_bound_access_tokens", "sender-constraint")]
    [InlineData("moi_profile", "\"fapi3\"", "$[0].moi_profile", "value")]
    [InlineData("moi_status", "\"off\"", "$[0].moi_status", "value")]
    [InlineData("subject_type", "\"public\"", "$[0].subject_type", "value")]
    [InlineData("client_secret", "\"secret\"", "$[0].client_secret", "secret-given")]
    [InlineData("logo", "\"x\"", "$[0].logo", "unknown-member")]
    [InlineData("client_name#de", "\"x\"", "$[0]['client_name#de']", "unknown-member")]
    [InlineData("grant_types", "[\"implicit\"]", "$[0].grant_types[0]", "grant-type")]
    [InlineData("grant_types", "[\"refresh_token\"]", "$[0].grant_types", "grant-type")]
    [InlineData("grant_types", "\"authorization_code\"", "$[0].grant_types", "type")]
    [InlineData("response_types", "[\"token\"]", "$[0].response_types[0]", "response-type")]
    [InlineData("scope", "\"openid everything\"", "$[0].scope", "scope")]
    [InlineData("scope", "\"profile\"", "$[0].scope", "openid")]
    [InlineData("scope", "\"openid offline_access\"", "$[0].scope", "offline-access")]
    [InlineData("token_endpoint_auth_method", "\"client_secret_jwt\"", "$[0].token_endpoint_auth_method", "auth-method")]
    [InlineData("token_endpoint_auth_signing_alg", "\"HS256\"", "$[0].token_endpoint_auth_signing_alg", "alg")]
    [InlineData("id_token_signed_response_alg", "\"none\"", "$[0].id_token_signed_response_alg", "alg")]
    [InlineData("request_object_signing_alg", "\"none\"", "$[0].request_object_signing_alg", "alg")]
    [InlineData("request_object_signing_alg", "\"HS256\"", "$[0].request_object_signing_alg", "alg")]
    [InlineData("authorization_signed_response_alg", "\"none\"", "$[0].authorization_signed_response_alg", "alg")]
    [InlineData("userinfo_signed_response_alg", "\"none\"", "$[0].userinfo_signed_response_alg", "alg")]
    [InlineData("introspection_signed_response_alg", "\"ES512\"", "$[0].introspection_signed_response_alg", "alg")]
    [InlineData("authorization_details_types", "[\"unknown\"]", "$[0].authorization_details_types", "type")]
    [InlineData("moi_claims", "[\"email\"]", "$[0].moi_claims", "claim")]
    [InlineData("moi_resource", "{\"identifier\": \"https://api.example/\", \"scopes\": {\"a.b\": {\"zh-TW\": \"甲\", \"en\": \"A\"}}, \"authorization_details_types\": {\"a b\": {\"zh-TW\": \"甲\", \"en\": \"A\", \"fields\": {\"x\": {\"kind\": \"text\", \"zh-TW\": \"甲\", \"en\": \"A\"}}}}}", "$[0].moi_resource.authorization_details_types['a b']", "name")]
    [InlineData("moi_resource", "{\"identifier\": \"https://api.example/\", \"scopes\": {\"a.b\": {\"zh-TW\": \"甲\", \"en\": \"A\"}}, \"authorization_details_types\": {\"pay\": {\"zh-TW\": \"甲\", \"en\": \"A\", \"fields\": {\"x\": {\"kind\": \"html\", \"zh-TW\": \"甲\", \"en\": \"A\"}}}}}", "$[0].moi_resource.authorization_details_types['pay'].fields['x'].kind", "value")]
    [InlineData("moi_resource", "{\"identifier\": \"https://api.example/\", \"scopes\": {\"a.b\": {\"zh-TW\": \"甲\", \"en\": \"A\"}}, \"authorization_details_types\": {\"pay\": {\"zh-TW\": \"甲\", \"en\": \"A\", \"fields\": {\"x\": {\"kind\": \"choice\", \"zh-TW\": \"甲\", \"en\": \"A\"}}}}}", "$[0].moi_resource.authorization_details_types['pay'].fields['x'].choices", "choices")]
    [InlineData("moi_resource", "{\"identifier\": \"https://api.example/\", \"scopes\": {\"a.b\": {\"zh-TW\": \"甲\", \"en\": \"A\"}}, \"authorization_details_types\": {\"pay\": {\"zh-TW\": \"甲\", \"en\": \"A\", \"fields\": {\"locations\": {\"kind\": \"text\", \"zh-TW\": \"甲\", \"en\": \"A\"}}}}}", "$[0].moi_resource.authorization_details_types['pay'].fields['locations']", "name")]
    [InlineData("moi_resource", "{\"identifier\": \"https://api.example/\", \"scopes\": {\"a.b\": {\"zh-TW\": \"甲\", \"en\": \"A\"}}, \"authorization_details_types\": {\"pay\": 7}}", "$[0].moi_resource.authorization_details_types['pay'].fields", "type")]
    [InlineData("jwks_uri", null, "$[0].jwks_uri", "keys")]
    [InlineData("jwks_uri", "\"http://permits.example.gov.tw/jwks\"", "$[0].jwks_uri", "https")]
    [InlineData("jwks_uri", "\"https://169.254.169.254/\"", "$[0].jwks_uri", "ip-host")]
    [InlineData("jwks", "{\"keys\": []}", "$[0].jwks.keys", "keys")]
    [InlineData("jwks", "{\"keys\": [{\"kty\": \"EC\", \"crv\": \"P-256\", \"x\": \"AA\", \"y\": \"AA\"}]}", "$[0].jwks.keys[0]", "key")]
    [InlineData("jwks", "{\"keys\": [{\"kty\": \"EC\", \"crv\": \"P-256\", \"x\": \"AA\", \"y\": \"AA\", \"d\": \"AA\"}]}", "$[0].jwks.keys[0]", "private-key")]
    [InlineData("jwks", "{\"keys\": [{\"kty\": \"oct\", \"k\": \"AA\"}]}", "$[0].jwks.keys[0]", "private-key")]
    [InlineData("jwks", "{\"keys\": [{\"kty\": \"OKP\", \"crv\": \"Ed25519\", \"x\": \"AA\"}]}", "$[0].jwks.keys[0]", "key-type")]
    [InlineData("jwks", "[]", "$[0].jwks", "type")]
    [InlineData("application_type", "\"native\"", "$[0].token_endpoint_auth_method", "auth-method")]
    [InlineData("application_type", "\"desktop\"", "$[0].application_type", "value")]
    [InlineData("redirect_uris", null, "$[0].redirect_uris", "missing")]
    [InlineData("redirect_uris", "[7]", "$[0].redirect_uris[0]", "type")]
    [InlineData("backchannel_logout_uri", "\"http://10.0.0.1/\"", "$[0].backchannel_logout_uri", "https")]
    [InlineData("moi_minimum_acr", "\"urn:moi:acr:4\"", "$[0].moi_minimum_acr", "value")]
    [InlineData("require_pushed_authorization_requests", "\"yes\"", "$[0].require_pushed_authorization_requests", "type")]
    [InlineData("contacts", "\"me\"", "$[0].contacts", "type")]
    [InlineData("moi_consent", "\"never\"", "$[0].moi_consent", "value")]
    [InlineData("moi_access_token_lifetime", "59", "$[0].moi_access_token_lifetime", "lifetime")]
    [InlineData("moi_access_token_lifetime", "3601", "$[0].moi_access_token_lifetime", "lifetime")]
    [InlineData("moi_access_token_lifetime", "\"300\"", "$[0].moi_access_token_lifetime", "type")]
    [InlineData("moi_access_token_lifetime", "0", "$[0].moi_access_token_lifetime", "type")]
    [InlineData("moi_refresh_token_lifetime", "7776001", "$[0].moi_refresh_token_lifetime", "lifetime")]
    [InlineData("moi_resource", "{\"identifier\": \"http://api.example/\", \"scopes\": {\"a.b\": {\"zh-TW\": \"甲\", \"en\": \"A\"}}}", "$[0].moi_resource.identifier", "identifier")]
    [InlineData("moi_resource", "{\"identifier\": \"https://API.example/\", \"scopes\": {\"a.b\": {\"zh-TW\": \"甲\", \"en\": \"A\"}}}", "$[0].moi_resource.identifier", "identifier")]
    [InlineData("moi_resource", "{\"identifier\": \"https://api.example/#x\", \"scopes\": {\"a.b\": {\"zh-TW\": \"甲\", \"en\": \"A\"}}}", "$[0].moi_resource.identifier", "identifier")]
    [InlineData("moi_resource", "{\"identifier\": \"https://api.example/\", \"scopes\": {}}", "$[0].moi_resource.scopes", "type")]
    [InlineData("moi_resource", "{\"identifier\": \"https://api.example/\", \"scopes\": {\"openid\": {\"zh-TW\": \"甲\", \"en\": \"A\"}}}", "$[0].moi_resource.scopes['openid']", "scope")]
    [InlineData("moi_resource", "{\"identifier\": \"https://api.example/\", \"scopes\": {\"a b\": {\"zh-TW\": \"甲\", \"en\": \"A\"}}}", "$[0].moi_resource.scopes['a b']", "scope")]
    [InlineData("moi_resource", "{\"identifier\": \"https://api.example/\", \"scopes\": {\"a.b\": {\"zh-TW\": \"甲\"}}}", "$[0].moi_resource.scopes['a.b'].en", "type")]
    [InlineData("moi_resource", "{\"identifier\": \"https://api.example/\", \"scopes\": {\"a.b\": 7}}", "$[0].moi_resource.scopes['a.b'].en", "type")]
    [InlineData("moi_resource", "{\"identifier\": \"https://api.example/\", \"scopes\": {\"a.b\": {\"zh-TW\": \"甲\", \"en\": \"A\"}}, \"token_exchange_clients\": 7}", "$[0].moi_resource.token_exchange_clients", "type")]
    [InlineData("moi_resource", "{\"identifier\": \"https://api.example/\", \"scopes\": {\"a.b\": {\"zh-TW\": \"甲\", \"en\": \"A\"}}, \"x\": 7}", "$[0].moi_resource.x", "unknown-member")]
    public void Each_mistake_is_named_by_its_member(string member, string? value, string path, string rule)
        => Check(Bend(member, value)).ShouldContain(m => m.Path == path && m.Rule == rule, string.Join('\n', Check(Bend(member, value))));

    [Theory(DisplayName = "R5: redirect addresses that a browser would read in another way are not registered")]
    [InlineData("callback", "absolute")]
    [InlineData("/callback", "absolute")]
    [InlineData("//evil.example/callback", "absolute")]
    [InlineData("https://a.example/#x", "fragment")]
    [InlineData("https://*.example/", "wildcard")]
    [InlineData("https://rp@evil.example/", "userinfo")]
    [InlineData("https://rp:x@evil.example/", "userinfo")]
    [InlineData("https://@evil.example/", "userinfo")]
    [InlineData("https://a.example\\\\@evil.example/", "characters")]
    [InlineData("https://a.example/a b", "characters")]
    [InlineData("https://a.example/\\u00e9", "characters")]
    [InlineData("https://\\u4f8b.example/", "characters")]
    [InlineData("https://a.example/%5c", "encoded")]
    [InlineData("https://a.example/%2F", "encoded")]
    [InlineData("https://a.example/%2e%2e/", "encoded")]
    [InlineData("https://a.example/%00", "encoded")]
    [InlineData("https://a.example/%zz", "encoded")]
    [InlineData("https://a.example/a/../b", "normalized")]
    [InlineData("https://A.example/", "normalized")]
    [InlineData("HTTPS://a.example/", "normalized")]
    [InlineData("https://a.example:443/", "normalized")]
    [InlineData("https://a.example", "normalized")]
    [InlineData("http://a.example/", "https")]
    [InlineData("http://127.0.0.1/", "https")]
    [InlineData("https://127.0.0.1/", "ip-host")]
    [InlineData("https://[::1]/", "ip-host")]
    [InlineData("https://localhost/", "localhost")]
    [InlineData("https://a.localhost/", "localhost")]
    [InlineData("JaVaScRiPt:alert(1)", "normalized")]
    [InlineData("javascript:alert(1)", "scheme")]
    [InlineData("data:text/html,x", "scheme")]
    [InlineData("tw.gov.example:/cb", "scheme")]
    [InlineData("https://a.example/go?url=x", "open-redirector")]
    [InlineData("https://a.example/go?ReturnUrl=x", "open-redirector")]
    [InlineData("https://a.example/cb?iss=x", "reserved-parameter")]
    public void R5(string address, string rule)
    {
        var mistakes = Check(Bend("redirect_uris", $"[\"https://ok.example/\", \"{address}\"]"));
        mistakes.ShouldContain(m => m.Path == "$[0].redirect_uris[1]", string.Join('\n', mistakes));
        Check(Bend("post_logout_redirect_uris", $"[\"{address}\"]")).ShouldContain(m => m.Path == "$[0].post_logout_redirect_uris[0]");
        if (rule != "normalized")
        {
            mistakes.ShouldContain(m => m.Rule == rule, string.Join('\n', mistakes));
        }
    }

    [Fact]
    public void A_client_of_the_sandbox_may_ask_for_no_details()
        => Check("""{"client_id": "a-1", "client_name": "A", "moi_agency": "b-1", "redirect_uris": ["https://a.example/"], "moi_environment": "sandbox", "authorization_details_types": ["tax.payment"]}""")
            .Single().Rule.ShouldBe("sandbox");

    [Fact]
    public void Addresses_are_few_and_different()
    {
        Check(Bend("redirect_uris", "[" + string.Join(',', Enumerable.Range(0, 21).Select(i => $"\"https://a.example/{i}\"")) + "]"))
            .ShouldContain(m => m.Rule == "too-many");
        Check(Bend("redirect_uris", "[\"https://a.example/x\", \"https://a.example/X\"]")).ShouldContain(m => m.Rule == "duplicate");
    }

    [Fact]
    public void In_development_local_names_may_use_http()
    {
        var local = Bend("redirect_uris", "[\"http://permits.localhost:5090/callback\"]");
        Check(local).ShouldNotBeEmpty();
        Check(local, development: true).ShouldBeEmpty();
    }

    [Fact]
    public void The_defaults_are_those_of_RFC_7591()
    {
        var metadata = ClientMetadataReader.ReadStored("""{"client_id": "a-1", "client_name": "A", "moi_agency": "b-1"}""");
        metadata.TokenEndpointAuthMethod.ShouldBe("client_secret_basic");
        metadata.GrantTypes.ShouldBe(["authorization_code"]);
        metadata.ResponseTypes.ShouldBe(["code"]);
        metadata.ApplicationType.ShouldBe("web");
        metadata.Profile.ShouldBe("basic");
        metadata.NameEn.ShouldBe("A");
        metadata.AgencyNameZh.ShouldBe("b-1");
    }

    [Fact]
    public void Names_may_differ_by_language()
    {
        var metadata = ClientMetadataReader.ReadStored(
            """{"client_id": "a-1", "client_name": "A", "client_name#zh-TW": "甲", "moi_agency": "b-1"}""");
        (metadata.NameZh, metadata.NameEn).ShouldBe(("甲", "A"));
    }

    [Theory(DisplayName = "RFC 8705, RFC 9449: what a registration may say of certificates and proofs")]
    [InlineData("""{"token_endpoint_auth_method": "self_signed_tls_client_auth"}""", null, null)]
    [InlineData("""{"token_endpoint_auth_method": "self_signed_tls_client_auth", "moi_profile": "fapi2", "dpop_bound_access_tokens": true}""", null, null)]
    [InlineData("""{"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": "CN=a,O=b"}""", null, null)]
    [InlineData("""{"moi_profile": "fapi2", "tls_client_certificate_bound_access_tokens": true}""", null, null)]
    [InlineData("""{"moi_profile": "fapi2", "dpop_bound_access_tokens": true, "tls_client_certificate_bound_access_tokens": true}""", "$[0].dpop_bound_access_tokens", "one-binding")]
    [InlineData("""{"moi_profile": "fapi2", "dpop_bound_access_tokens": true, "token_endpoint_auth_method": "client_secret_basic"}""", "$[0].token_endpoint_auth_method", "auth-method")]
    [InlineData("""{"moi_profile": "fapi2", "dpop_bound_access_tokens": true, "token_endpoint_auth_method": "none"}""", "$[0].token_endpoint_auth_method", "auth-method")]
    [InlineData("""{"moi_profile": "fapi2", "dpop_bound_access_tokens": true, "token_endpoint_auth_signing_alg": "RS256"}""", "$[0].token_endpoint_auth_signing_alg", "alg")]
    [InlineData("""{"moi_profile": "fapi2", "dpop_bound_access_tokens": true, "id_token_signed_response_alg": "RS256"}""", "$[0].id_token_signed_response_alg", "alg")]
    [InlineData("""{"token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks_uri": null}""", "$[0].jwks_uri", "keys")]
    [InlineData("""{"token_endpoint_auth_method": "tls_client_auth"}""", "$[0].tls_client_auth_subject_dn", "one-name")]
    [InlineData("""{"tls_client_auth_san_dns": "a.example"}""", "$[0].tls_client_auth_san_dns", "one-name")]
    [InlineData("""{"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_dns": "a.example", "tls_client_auth_san_ip": "::1"}""", "$[0].tls_client_auth_san_ip", "one-name")]
    [InlineData("""{"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": "permits"}""", "$[0].tls_client_auth_subject_dn", "name")]
    [InlineData("""{"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": "CN=a,"}""", "$[0].tls_client_auth_subject_dn", "name")]
    [InlineData("""{"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": "XX=a"}""", "$[0].tls_client_auth_subject_dn", "name")]
    [InlineData("""{"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": "CN=\\"}""", "$[0].tls_client_auth_subject_dn", "name")]
    [InlineData("""{"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_dns": "*.example"}""", "$[0].tls_client_auth_san_dns", "name")]
    [InlineData("""{"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_ip": "somewhere"}""", "$[0].tls_client_auth_san_ip", "name")]
    [InlineData("""{"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_uri": "somewhere"}""", "$[0].tls_client_auth_san_uri", "name")]
    [InlineData("""{"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_email": "somebody"}""", "$[0].tls_client_auth_san_email", "name")]
    public void Sender_constraints(string members, string? path, string? rule)
    {
        var server = new MutualTlsOptions { Enabled = true, TrustAnchors = "anchors" };
        var mistakes = Check(BendAll(members), mutualTls: server);
        if (path is null)
        {
            mistakes.ShouldBeEmpty();
        }
        else
        {
            mistakes.ShouldContain(m => m.Path == path && m.Rule == rule, string.Join('\n', mistakes));
        }

        // A server without mutual TLS registers nobody who needs it; one without authorities nobody who needs those.
        var needsIt = members.Contains("tls_client_auth\"", StringComparison.Ordinal) || members.Contains("tls_client_certificate", StringComparison.Ordinal);
        Check(BendAll(members)).Any(m => m.Rule == "mutual-tls-off").ShouldBe(needsIt);
        Check(BendAll(members), mutualTls: new() { Enabled = true }).Any(m => m.Rule == "mutual-tls-off")
            .ShouldBe(members.Contains("\"tls_client_auth\"", StringComparison.Ordinal));
    }

    [Fact(DisplayName = "RFC 7517 §4.7: x5c is a certificate of the key beside it")]
    public void Certificates_in_key_sets()
    {
        static System.Security.Cryptography.ECParameters Of(SoftCertificate certificate) => ((System.Security.Cryptography.ECDsa)certificate.Key).ExportParameters(false);
        static string KeySet(SoftCertificate key, JsonNode certificates)
            => new JsonObject
            {
                ["keys"] = new JsonArray(new JsonObject
                {
                    ["kty"] = "EC",
                    ["crv"] = "P-256",
                    ["x"] = System.Buffers.Text.Base64Url.EncodeToString(Of(key).Q.X),
                    ["y"] = System.Buffers.Text.Base64Url.EncodeToString(Of(key).Q.Y),
                    ["x5c"] = certificates,
                }),
            }.ToJsonString();
        var (one, other) = (SoftCertificate.Root(), SoftCertificate.Root());
        IReadOnlyList<Mistake> With(JsonNode certificates)
            => Check(BendAll($$"""{"jwks_uri": null, "jwks": {{KeySet(one, certificates)}}}"""));

        With(new JsonArray(Convert.ToBase64String(one.Der))).ShouldBeEmpty();
        With(new JsonArray(Convert.ToBase64String(other.Der))).ShouldContain(m => m.Path == "$[0].jwks.keys[0].x5c");
        With(new JsonArray("AAAA")).ShouldContain(m => m.Path == "$[0].jwks.keys[0].x5c");
        With("AAAA").ShouldContain(m => m.Path == "$[0].jwks.keys[0].x5c");
        With(new JsonArray()).ShouldContain(m => m.Path == "$[0].jwks.keys[0].x5c");
    }

    private static string BendAll(string members)
    {
        var client = JsonNode.Parse(Good)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(members)!.AsObject())
        {
            client.Remove(name);
            if (value is not null)
            {
                client[name] = value.DeepClone();
            }
        }

        return client.ToJsonString();
    }

    private static string Bend(string member, string? value)
    {
        var client = JsonNode.Parse(Good)!.AsObject();
        client.Remove(member);
        if (value is not null)
        {
            client[member] = JsonNode.Parse(value);
        }

        return client.ToJsonString();
    }

    private static IReadOnlyList<Mistake> Check(string client, bool development = false, MutualTlsOptions? mutualTls = null)
    {
        var mistakes = new Mistakes();
        var metadata = ClientMetadataReader.Read(JsonNode.Parse(client)!.AsObject(), "$[0]", mistakes);
        new ClientRules(development, new HashSet<string> { "tax.read" }, new HashSet<string> { "tax.payment" }, mutualTls ?? new()).Check(metadata, "$[0]", mistakes);
        return mistakes.List;
    }
}
