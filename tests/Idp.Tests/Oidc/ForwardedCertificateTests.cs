using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Features.Oidc.MutualTls;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>A certificate that a proxy hands over in a header field.</summary>
public sealed class ForwardedCertificateTests(SqliteProxiedServer server) : IClassFixture<SqliteProxiedServer>
{
    private const string Header = "Client-Cert";

    private readonly SoftCertificate _certificate = SoftCertificate.Root(SoftCertificateShape.Leaf("permits"));

    [Fact(DisplayName = "RFC 9440: a trusted proxy says which certificate the client has shown")]
    public async Task From_the_proxy()
    {
        var agency = await NewAgencyAsync();

        (await PushAsync(agency, SqliteProxiedServer.Proxy, _certificate.Der)).ShouldBe(HttpStatusCode.Created);
        (await PushAsync(agency, "::ffff:" + SqliteProxiedServer.Proxy, _certificate.Der)).ShouldBe(HttpStatusCode.Created);
        (await PushAsync(agency, SqliteProxiedServer.Proxy, SoftCertificate.Root().Der)).ShouldBe(HttpStatusCode.Unauthorized);
        (await PushAsync(agency, SqliteProxiedServer.Proxy, null)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory(DisplayName = "S16: anybody else who sends the header field is not believed")]
    [InlineData("203.0.113.9")]
    [InlineData("10.0.0.6")]
    [InlineData("::1")]
    [InlineData(null)]
    public async Task From_others(string? peer)
    {
        var agency = await NewAgencyAsync();
        (await PushAsync(agency, peer, _certificate.Der)).ShouldBe(HttpStatusCode.Unauthorized);
        server.Log.All.ShouldContain(line => line.Contains(" 5801 ", StringComparison.Ordinal));
    }

    [Fact(DisplayName = "S16: X-Forwarded-For does not make somebody a proxy")]
    public async Task Through_forwarded_for()
    {
        var agency = await NewAgencyAsync();
        agency.Prepare = request =>
        {
            request.Headers.Add(TestConnection.Peer, "203.0.113.9");
            request.Headers.Add("X-Forwarded-For", SqliteProxiedServer.Proxy);
            request.Headers.Add(Header, $":{Convert.ToBase64String(_certificate.Der)}:");
        };
        (await agency.PostAsync("/connect/par", agency.Request())).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact(DisplayName = "The certificate of the proxy's own connection is not the client's")]
    public async Task The_proxys_own()
    {
        var agency = await NewAgencyAsync();
        agency.Prepare = TestConnection.Showing(_certificate.Der) + (request => request.Headers.Add(TestConnection.Peer, SqliteProxiedServer.Proxy));
        (await agency.PostAsync("/connect/par", agency.Request())).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact(DisplayName = "Idp:Dpop:RequireNonce=false: a proof needs no nonce")]
    public async Task Without_a_nonce()
    {
        var agency = await NewAgencyAsync();
        var key = new TestDpopKey(server) { Nonce = () => null };
        agency.Prepare = request =>
        {
            request.Headers.Add(TestConnection.Peer, SqliteProxiedServer.Proxy);
            request.Headers.Add(Header, $":{Convert.ToBase64String(_certificate.Der)}:");
            key.Attach(request);
        };
        (await agency.PostAsync("/connect/par", agency.Request())).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData(nameof(ForwardedCertificateFormat.Rfc9440), ":{base64}:", true)]
    [InlineData(nameof(ForwardedCertificateFormat.Rfc9440), "{base64}", false)]
    [InlineData(nameof(ForwardedCertificateFormat.Rfc9440), ":{base64}:;a=b", false)]
    [InlineData(nameof(ForwardedCertificateFormat.Rfc9440), ":{base64}", false)]
    [InlineData(nameof(ForwardedCertificateFormat.Rfc9440), "::", false)]
    [InlineData(nameof(ForwardedCertificateFormat.Rfc9440), ":AAAA:", false)]
    [InlineData(nameof(ForwardedCertificateFormat.Rfc9440), ":%%%%:", false)]
    [InlineData(nameof(ForwardedCertificateFormat.Rfc9440), "{escaped}", false)]
    [InlineData(nameof(ForwardedCertificateFormat.EscapedPem), "{escaped}", true)]
    [InlineData(nameof(ForwardedCertificateFormat.EscapedPem), "{escaped}{escaped}", false)]
    [InlineData(nameof(ForwardedCertificateFormat.EscapedPem), ":{base64}:", false)]
    [InlineData(nameof(ForwardedCertificateFormat.EscapedPem), "(null)", false)]
    [InlineData(nameof(ForwardedCertificateFormat.EscapedPem), "", false)]
    public async Task The_field_holds_one_certificate_in_the_format_of_the_settings(string format, string value, bool isRead)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(_certificate.Der);
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = IPAddress.Parse("10.0.0.5");
        http.Request.Headers[Header] = value.Replace("{base64}", Convert.ToBase64String(_certificate.Der), StringComparison.Ordinal)
            .Replace("{escaped}", Uri.EscapeDataString(certificate.ExportCertificatePem() + "\n"), StringComparison.Ordinal);
        byte[]? seen = null;
        await Middleware(Enum.Parse<ForwardedCertificateFormat>(format), context => seen = context.Connection.ClientCertificate?.RawData).InvokeAsync(http);

        seen.ShouldBe(isRead ? _certificate.Der : null);
        http.Request.Headers.ContainsKey(Header).ShouldBeFalse();
    }

    [Fact]
    public async Task Two_fields_are_none()
    {
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = IPAddress.Parse("10.0.0.5");
        var value = $":{Convert.ToBase64String(_certificate.Der)}:";
        http.Request.Headers[Header] = new[] { value, value };
        X509Certificate2? seen = null;
        await Middleware(ForwardedCertificateFormat.Rfc9440, context => seen = context.Connection.ClientCertificate).InvokeAsync(http);
        seen.ShouldBeNull();
    }

    private static ForwardedCertificate Middleware(ForwardedCertificateFormat format, Action<HttpContext> look)
    {
        var proxies = new ForwardedHeadersOptions();
        proxies.KnownIPNetworks.Clear();
        proxies.KnownProxies.Clear();
        proxies.KnownIPNetworks.Add(System.Net.IPNetwork.Parse("10.0.0.0/24"));
        return new ForwardedCertificate(
            context =>
            {
                look(context);
                return Task.CompletedTask;
            },
            Options.Create(new IdpOptions { MutualTls = { Enabled = true, ForwardedHeader = Header, ForwardedFormat = format } }),
            Options.Create(proxies), NullLogger<ForwardedCertificate>.Instance);
    }

    private async Task<TestAgency> NewAgencyAsync()
        => await server.NewAgencyAsync(a =>
        {
            var q = ((ECDsa)_certificate.Key).ExportParameters(false).Q;
            a.Metadata["token_endpoint_auth_method"] = "self_signed_tls_client_auth";
            a.Metadata["jwks"] = new JsonObject
            {
                ["keys"] = new JsonArray(new JsonObject
                {
                    ["kty"] = "EC",
                    ["crv"] = "P-256",
                    ["x"] = System.Buffers.Text.Base64Url.EncodeToString(q.X),
                    ["y"] = System.Buffers.Text.Base64Url.EncodeToString(q.Y),
                }),
            };
        });

    private static async Task<HttpStatusCode> PushAsync(TestAgency agency, string? peer, byte[]? certificate)
    {
        agency.Prepare = request =>
        {
            if (peer is not null)
            {
                request.Headers.Add(TestConnection.Peer, peer);
            }

            if (certificate is not null)
            {
                request.Headers.Add(Header, $":{Convert.ToBase64String(certificate)}:");
            }
        };
        return (await agency.PostAsync("/connect/par", agency.Request())).StatusCode;
    }
}
