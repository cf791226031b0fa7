using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Idp.Features.Oidc.Observed;
using Moi.Identity.Testing;
using static Moi.Identity.Idp.Tests.Oidc.TestCertificates;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>RFC 8705: clients that are known by a certificate, and tokens that are bound to one.</summary>
public abstract class MutualTlsTests(OidcServer server)
{
    private const string Dn = "CN=permits.example.gov.tw,OU=資訊室,O=Building Office\\, Taipei,C=TW";

    private static void Offline(Dictionary<string, string> request) => request["scope"] = "openid profile offline_access";

    [Theory(DisplayName = "RFC 8705 §2.2: a self-signed certificate is known by its key, RSA and EC")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Self_signed(bool isRsa)
    {
        var certificate = SelfSigned(isRsa);
        var agency = await server.NewAgencyAsync(a => BeSelfSigned(a, certificate));
        agency.Prepare = TestConnection.Showing(certificate.Der);

        await IsAcceptedAsync(agency);

        // The same key, certified anew: the registration is the key.
        agency.Prepare = TestConnection.Showing(certificate.Again(SoftCertificateShape.Leaf() with { NotAfter = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero) }).Der);
        await IsAcceptedAsync(agency);

        agency.Prepare = TestConnection.Showing(SelfSigned(isRsa).Der);
        await IsRefusedAsync(agency);
        agency.Prepare = TestConnection.Showing(TestAuthority.Issuing.Issue(SoftCertificateShape.Leaf()).Der);
        await IsRefusedAsync(agency);
        agency.Prepare = _ => { };
        await IsRefusedAsync(agency);
    }

    [Fact(DisplayName = "RFC 8705 §2: the certificate counts at every endpoint where clients authenticate")]
    public async Task Every_endpoint()
    {
        var certificate = SelfSigned();
        var agency = await server.NewAgencyAsync(a => BeSelfSigned(a.Grant(ResourceAgencies.DeviceCode), certificate));
        foreach (var path in (string[])["/connect/token", "/connect/par", "/connect/device", "/connect/introspect", "/connect/revoke"])
        {
            agency.Prepare = TestConnection.Showing(SelfSigned().Der);
            var form = path == "/connect/par" ? agency.Request() : new() { ["token"] = "x", ["grant_type"] = "refresh_token", ["refresh_token"] = "x" };
            var refused = await (await agency.PostAsync(path, form)).JsonAsync(HttpStatusCode.Unauthorized);
            ((string?)refused["error"]).ShouldBe("invalid_client");
        }

        agency.Prepare = TestConnection.Showing(certificate.Der);
        (await (await agency.PostAsync("/connect/introspect", new() { ["token"] = "x" })).JsonAsync()).ToJsonString().ShouldBe("""{"active":false}""");
        (await agency.PostAsync("/connect/revoke", new() { ["token"] = "x" })).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await (await agency.PostAsync("/connect/device", new() { ["scope"] = "openid" })).JsonAsync()).ContainsKey("device_code").ShouldBeTrue();
        await IsAcceptedAsync(agency);
    }

    [Fact(DisplayName = "RFC 8705 §2: a certificate is no substitute for another method, and another method none for it")]
    public async Task One_method()
    {
        var certificate = SelfSigned();
        var agency = await server.NewAgencyAsync(a =>
        {
            BeSelfSigned(a, certificate);
            a.Metadata["jwks"]!["keys"]!.AsArray().Add(a.PublicJwk());
        });
        agency.Prepare = TestConnection.Showing(certificate.Der);
        await IsAcceptedAsync(agency);
        await IsRefusedAsync(agency, r => r["client_secret"] = "x");
        await IsRefusedAsync(agency, r =>
        {
            r["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
            r["client_assertion"] = agency.Assertion();
        });

        var withKey = await server.NewAgencyAsync(a => a.Metadata["jwks"]!["keys"] = new JsonArray(certificate.ToJwk()));
        withKey.Prepare = TestConnection.Showing(certificate.Der);
        (await withKey.PostRawAsync("/connect/par", withKey.Request())).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory(DisplayName = "RFC 8705 §2.1.2: the one registered name, compared as what it is")]
    [InlineData("subject_dn", Dn, true)]
    [InlineData("subject_dn", "cn=permits.example.gov.tw, OU=資訊室, 2.5.4.10=Building Office\\2C Taipei , c=TW", true)]
    [InlineData("subject_dn", "CN=permits.example.gov.tw,OU=\\E8\\B3\\87\\E8\\A8\\8A\\E5\\AE\\A4,O=#0c174275696c64696e67204f66666963652c20546169706569,C=TW", true)]
    [InlineData("subject_dn", "CN=Permits.example.gov.tw,OU=資訊室,O=Building Office\\, Taipei,C=TW", false)]
    [InlineData("subject_dn", "C=TW,O=Building Office\\, Taipei,OU=資訊室,CN=permits.example.gov.tw", false)]
    [InlineData("subject_dn", "CN=permits.example.gov.tw,OU=資訊室,O=Building Office\\, Taipei", false)]
    [InlineData("subject_dn", "CN=permits.example.gov.tw", false)]
    [InlineData("subject_dn", "CN=permits.example.gov.tw+OU=資訊室,O=Building Office\\, Taipei,C=TW", false)]
    [InlineData("san_dns", "permits.example.gov.tw", true)]
    [InlineData("san_dns", "PERMITS.example.gov.tw", true)]
    [InlineData("san_dns", "example.gov.tw", false)]
    [InlineData("san_dns", "a.wild.example.gov.tw", false)]
    [InlineData("san_dns", "urn.example.gov.tw", false)]
    [InlineData("san_uri", "urn:agency:permits", true)]
    [InlineData("san_uri", "urn:agency:Permits", false)]
    [InlineData("san_ip", "192.0.2.7", true)]
    [InlineData("san_ip", "2001:DB8:0::7", true)]
    [InlineData("san_ip", "192.0.2.70", false)]
    [InlineData("san_email", "permits@example.gov.tw", true)]
    [InlineData("san_email", "other@example.gov.tw", false)]
    public async Task Names(string kind, string value, bool isAccepted)
    {
        var agency = await server.NewAgencyAsync(a => BeCertified(a, kind, value));
        agency.Prepare = TestConnection.Showing(Certified().Der);
        await (isAccepted ? IsAcceptedAsync(agency) : IsRefusedAsync(agency));
    }

    [Fact(DisplayName = "RFC 8705 §2.1: the chain leads to an authority that the operator trusts, in time and for clients")]
    public async Task Chains()
    {
        var agency = await server.NewAgencyAsync(a => BeCertified(a, "subject_dn", Dn));
        agency.Prepare = TestConnection.Showing(Certified().Der);
        await IsAcceptedAsync(agency);

        var now = server.Time.GetUtcNow();
        var stranger = SoftCertificate.Root(new SoftCertificateShape { Name = "Agencies CA" });
        foreach (var wrong in (SoftCertificate[])
            [
                stranger.Issue(Shape()),
                SoftCertificate.Root(Shape()),
                Certified().Issue(Shape()),
                TestAuthority.Issuing.Issue(Shape() with { NotAfter = now.AddDays(-1) }),
                TestAuthority.Issuing.Issue(Shape() with { NotBefore = now.AddDays(1) }),
                TestAuthority.Issuing.Issue(Shape() with { Extensions = [Purpose("1.3.6.1.5.5.7.3.1")] }),
                TestAuthority.Issuing.Issue(Shape() with { Key = RSA.Create(1024) }),
            ])
        {
            agency.Prepare = TestConnection.Showing(wrong.Der);
            await IsRefusedAsync(agency);
        }

        agency.Prepare = TestConnection.Showing(TestAuthority.Issuing.Issue(Shape() with { Extensions = [Purpose("1.3.6.1.5.5.7.3.2")] }).Der);
        await IsAcceptedAsync(agency);
        agency.Prepare = TestConnection.Showing(TestAuthority.Issuing.Issue(Shape() with { Key = RSA.Create(2048) }).Der);
        await IsAcceptedAsync(agency);
    }

    [Fact(DisplayName = "RFC 8705 §3, T16: a token is bound to the certificate, and worth nothing with another or none")]
    public async Task Bound()
    {
        var certificate = SelfSigned();
        var (agency, browser) = await EnterAsync(certificate, a =>
        {
            BeSelfSigned(a, certificate);
            a.Metadata["tls_client_certificate_bound_access_tokens"] = true;
        });
        using var open = browser;
        var tokens = await agency.GetTokensAsync(browser, Offline);
        var access = (string)tokens["access_token"]!;
        var hash = Base64Url.EncodeToString(SHA256.HashData(certificate.Der));

        ((string?)tokens["token_type"]).ShouldBe("Bearer");
        ((string?)Jwt.Claims(access)["cnf"]!["x5t#S256"]).ShouldBe(hash);
        (await agency.UserInfoAsync(access)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var known = await (await agency.PostAsync("/connect/introspect", new() { ["token"] = access })).JsonAsync();
        ((string?)known["cnf"]!["x5t#S256"]).ShouldBe(hash);
        ((string?)known["token_type"]).ShouldBe("Bearer");

        var refreshed = (string)(await (await agency.RefreshAsync((string)tokens["refresh_token"]!)).JsonAsync())["access_token"]!;
        ((string?)Jwt.Claims(refreshed)["cnf"]!["x5t#S256"]).ShouldBe(hash);

        var observed = server.Services.GetRequiredService<ObservedRequests>();
        await observed.FlushAsync(CancellationToken.None);
        (await observed.ListAsync(CancellationToken.None)).Single(o => o.ClientId == agency.ClientId && o.Fact == Facts.Token)
            .Value.ShouldBe("mTLS");

        agency.Prepare = TestConnection.Showing(SelfSigned().Der);
        (await agency.UserInfoAsync(access)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        agency.Prepare = _ => { };
        var refused = await agency.UserInfoAsync(access);
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        refused.Headers.WwwAuthenticate.Single(challenge => challenge.Scheme == "Bearer").Parameter!.ShouldContain("error=\"invalid_token\"");
    }

    [Fact(DisplayName = "RFC 8705 §3.4: a client that promised a certificate gets nothing without, and loses nothing")]
    public async Task Required()
    {
        var certificate = SelfSigned();
        var (agency, browser) = await EnterAsync(certificate, a =>
        {
            a.Metadata["moi_profile"] = "fapi2";
            a.Metadata["tls_client_certificate_bound_access_tokens"] = true;
        });
        using var open = browser;
        var code = await agency.EnterAsync(browser);
        agency.Prepare = _ => { };
        ((string?)(await (await agency.RedeemAsync(code)).JsonAsync(HttpStatusCode.BadRequest))["error"]).ShouldBe("invalid_request");

        agency.Prepare = TestConnection.Showing(certificate.Der);
        var access = (string)(await (await agency.RedeemAsync(code)).JsonAsync())["access_token"]!;
        Jwt.Claims(access)["cnf"].ShouldNotBeNull();
    }

    [Fact(DisplayName = "RFC 8705 §4: a public client's refresh token is bound to its certificate")]
    public async Task Public_client()
    {
        var certificate = SelfSigned();
        var (agency, browser) = await EnterAsync(certificate, a => a.BePublic().Metadata["tls_client_certificate_bound_access_tokens"] = true);
        using var open = browser;
        var refresh = (string)(await agency.GetTokensAsync(browser, Offline))["refresh_token"]!;

        agency.Prepare = TestConnection.Showing(SelfSigned().Der);
        ((string?)(await (await agency.RefreshAsync(refresh)).JsonAsync(HttpStatusCode.BadRequest))["error"]).ShouldBe("invalid_grant");
        agency.Prepare = TestConnection.Showing(certificate.Der);
        (await agency.RefreshAsync(refresh)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact(DisplayName = "RFC 8693 §2.1: a token bound to a certificate is exchanged by its client over a connection that shows it")]
    public async Task Exchanged()
    {
        var certificate = SelfSigned();
        var (agency, browser) = await EnterAsync(certificate, a => a.Metadata["tls_client_certificate_bound_access_tokens"] = true);
        using var open = browser;
        var resource = await server.NewResourceAsync(agency);
        agency.Grant(ResourceAgencies.TokenExchange, resource.Scope());
        await agency.RegisterAsync();
        var access = (string)(await agency.GetTokensAsync(browser, Offline))["access_token"]!;

        agency.Prepare = TestConnection.Showing(SelfSigned().Der);
        await ResourceAgencies.IsRefusedAsync(agency.ExchangeAsync(access, resource), "invalid_request");
        agency.Prepare = _ => { };
        await ResourceAgencies.IsRefusedAsync(agency.ExchangeAsync(access, resource), "invalid_request");

        agency.Prepare = TestConnection.Showing(certificate.Der);
        var exchanged = (string)(await (await agency.ExchangeAsync(access, resource)).JsonAsync())["access_token"]!;
        Jwt.Claims(exchanged)["cnf"]!.ToJsonString().ShouldBe(Jwt.Claims(access)["cnf"]!.ToJsonString());
    }

    [Fact(DisplayName = "RFC 8705 §5: the second name has what programs call, and nothing else")]
    public async Task Second_name()
    {
        var certificate = SelfSigned();
        var agency = await server.NewAgencyAsync(a => BeSelfSigned(a, certificate));
        var document = await (await server.NewBackChannel().GetAsync("/.well-known/openid-configuration")).JsonAsync();
        var pushed = (string)document["mtls_endpoint_aliases"]!["pushed_authorization_request_endpoint"]!;
        pushed.ShouldBe("http://" + TestAuthority.SecondName + "/connect/par");
        document["mtls_endpoint_aliases"]!.AsObject().Select(alias => alias.Key).ShouldBe(
            [
                "pushed_authorization_request_endpoint", "token_endpoint", "device_authorization_endpoint", "userinfo_endpoint",
                "introspection_endpoint", "revocation_endpoint",
            ]);
        ((bool)document["tls_client_certificate_bound_access_tokens"]!).ShouldBeTrue();
        document["token_endpoint_auth_methods_supported"]!.AsArray().Select(m => (string?)m).ShouldContain("tls_client_auth");

        agency.Prepare = TestConnection.Showing(certificate.Der);
        (await agency.PostAsync(pushed, agency.Request())).StatusCode.ShouldBe(HttpStatusCode.Created);
        foreach (var path in (string[])["/sign-in", "/connect/authorize", "/"])
        {
            (await agency.SendAsync(new HttpRequestMessage(HttpMethod.Get, "http://" + TestAuthority.SecondName + path)))
                .StatusCode.ShouldBe(HttpStatusCode.MisdirectedRequest);
        }

        // A proof for the second name is for the second name.
        var key = new TestDpopKey(server);
        agency.Prepare += request => key.Attach(request, claims => claims["htu"] = pushed);
        (await agency.PostAsync(pushed, agency.Request())).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await agency.PostAsync("/connect/par", agency.Request())).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact(DisplayName = "RFC 8705 §2.2.2: behind jwks_uri, an unknown certificate makes us look once more")]
    public async Task Keys_elsewhere()
    {
        await using var listener = await TestListener.StartAsync();
        var certificate = SelfSigned();
        listener.Answer = http => Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(
            http.Response, new JsonObject { ["keys"] = new JsonArray(certificate.ToJwk()) }.ToJsonString());
        var agency = await server.NewAgencyAsync(a =>
        {
            BeSelfSigned(a, certificate);
            a.Metadata.Remove("jwks");
            a.Metadata["jwks_uri"] = listener.Address(a, "/jwks");
        });
        agency.Prepare = TestConnection.Showing(certificate.Der);
        await IsAcceptedAsync(agency);

        certificate = SelfSigned();
        server.Time.Advance(TimeSpan.FromSeconds(11));
        agency.Prepare = TestConnection.Showing(certificate.Der);
        await IsAcceptedAsync(agency);
        listener.Requests.Count.ShouldBe(2);
        agency.Prepare = TestConnection.Showing(SelfSigned().Der);
        await IsRefusedAsync(agency);
        listener.Requests.Count.ShouldBe(2);
    }

    private static async Task IsAcceptedAsync(TestAgency agency)
        => await (await agency.PostAsync("/connect/par", agency.Request())).JsonAsync(HttpStatusCode.Created);

    private static async Task IsRefusedAsync(TestAgency agency, Action<Dictionary<string, string>>? bend = null)
        => ((string?)(await (await agency.PostAsync("/connect/par", agency.Request(bend))).JsonAsync(HttpStatusCode.Unauthorized))["error"]).ShouldBe("invalid_client");

    private async Task<(TestAgency Agency, TestBrowser Browser)> EnterAsync(SoftCertificate certificate, Action<TestAgency> bend)
    {
        var agency = await server.NewAgencyAsync(bend);
        agency.Prepare = TestConnection.Showing(certificate.Der);
        var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        await agency.EnterAsync(browser, Offline);
        return (agency, browser);
    }
}

[Collection<OnBoundSqlite>]
public sealed class SqliteMutualTlsTests(SqliteBoundServer server) : MutualTlsTests(server);

[Collection<OnBoundPostgres>]
public sealed class PostgresMutualTlsTests(PostgresBoundServer server) : MutualTlsTests(server);
