using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Testing;
using static Moi.Identity.Idp.Tests.Oidc.TestCertificates;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>Security events fetched by clients that are known by a certificate: RFC 8936 with RFC 8705.</summary>
public abstract class CertifiedPollTests(OidcServer server)
{
    private const string Path = "/connect/events/poll";

    [Theory(DisplayName = "RFC 8705 §2: a client fetches its events by its certificate")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Fetched(bool isSelfSigned)
    {
        var certificate = isSelfSigned ? SelfSigned() : Certified();
        var agency = await SubscriberAsync(a => Be(a, isSelfSigned ? certificate : null));
        await EndOneAsync(agency, certificate);

        var answer = await (await PollAsync(agency.ClientId, certificate)).JsonAsync();
        answer["sets"]!.AsObject().Count.ShouldBe(1);

        // RFC 8705 §5: also at the name that asks for certificates.
        using var http = server.NewBackChannel();
        var document = await (await http.GetAsync("/.well-known/ssf-configuration")).JsonAsync();
        var alias = (string)document["mtls_endpoint_aliases"]!["moi_poll_endpoint"]!;
        alias.ShouldBe("http://" + TestAuthority.SecondName + Path);
        (await PollAsync(agency.ClientId, certificate, address: alias)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory(DisplayName = "RFC 8705 §2: another certificate, none, or another method fetches nothing")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Refused(bool isSelfSigned)
    {
        var certificate = isSelfSigned ? SelfSigned() : Certified();
        var agency = await SubscriberAsync(a => Be(a, isSelfSigned ? certificate : null));
        var others = SelfSigned();
        var other = await SubscriberAsync(a => Be(a, others));

        await IsUnauthorizedAsync(PollAsync(agency.ClientId, null));
        await IsUnauthorizedAsync(PollAsync(agency.ClientId, others));
        await IsUnauthorizedAsync(PollAsync(other.ClientId, certificate));
        await IsUnauthorizedAsync(PollAsync(null, certificate));
        await IsUnauthorizedAsync(PollAsync("nobody", certificate));
        await IsUnauthorizedAsync(PollAsync(agency.ClientId, certificate, new("Bearer", agency.Assertion())));
        await IsUnauthorizedAsync(PollAsync(agency.ClientId, certificate, Basic(agency.ClientId, "secret")));
        (await PollAsync(agency.ClientId, certificate)).StatusCode.ShouldBe(HttpStatusCode.OK);

        agency.Metadata["moi_status"] = "suspended";
        await agency.RegisterAsync();
        await IsUnauthorizedAsync(PollAsync(agency.ClientId, certificate));
    }

    [Fact(DisplayName = "RFC 8705 §2: a certificate is no substitute for a key, a secret, or for having nothing")]
    public async Task No_substitute()
    {
        var certificate = SelfSigned();
        var withKey = await SubscriberAsync(a => a.Metadata["jwks"]!["keys"]!.AsArray().Add(certificate.ToJwk()));
        var withSecret = await SubscriberAsync(a => a.UseSecret());
        var isPublic = await server.NewAgencyAsync(a => a.BePublic());

        await IsUnauthorizedAsync(PollAsync(withKey.ClientId, certificate));
        await IsUnauthorizedAsync(PollAsync(withSecret.ClientId, certificate));
        await IsUnauthorizedAsync(PollAsync(isPublic.ClientId, certificate));
        (await PollAsync(null, certificate, new("Bearer", withKey.Assertion()))).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await PollAsync(null, certificate, Basic(withSecret.ClientId, withSecret.Secret!))).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static void Be(TestAgency agency, SoftCertificate? selfSigned)
    {
        if (selfSigned is not null)
        {
            BeSelfSigned(agency, selfSigned);
        }
        else
        {
            BeCertified(agency, "san_dns", "permits.example.gov.tw");
        }
    }

    private static AuthenticationHeaderValue Basic(string clientId, string secret)
        => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{clientId}:{secret}")));

    private static async Task IsUnauthorizedAsync(Task<HttpResponseMessage> poll)
        => ((string?)(await (await poll).JsonAsync(HttpStatusCode.Unauthorized))["error"]).ShouldBe("invalid_client");

    private async Task<HttpResponseMessage> PollAsync(
        string? clientId, SoftCertificate? certificate, AuthenticationHeaderValue? credentials = null, string address = Path)
    {
        using var http = server.NewBackChannel();
        using var request = new HttpRequestMessage(HttpMethod.Post, address + (clientId is null ? "" : "?client_id=" + clientId));
        request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        request.Headers.Authorization = credentials;
        if (certificate is not null)
        {
            TestConnection.Showing(certificate.Der)(request);
        }

        return await http.SendAsync(request);
    }

    private Task<TestAgency> SubscriberAsync(Action<TestAgency> bend) => server.NewAgencyAsync(a =>
    {
        a.Metadata["moi_security_events"] = new JsonObject
        {
            ["delivery"] = "poll",
            ["events"] = new JsonArray("https://schemas.openid.net/secevent/caep/event-type/session-revoked"),
        };
        bend(a);
    });

    private async Task EndOneAsync(TestAgency agency, SoftCertificate certificate)
    {
        agency.Prepare = TestConnection.Showing(certificate.Der);
        using var browser = server.NewBrowser();
        var session = await server.SignInAsync(browser, await server.NewCitizenAsync());
        await agency.EnterAsync(browser);
        await using var scope = server.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<SessionEnding>().EndAsync(session, SessionEndReason.SignedOut, CancellationToken.None);
    }
}

[Collection<OnBoundSqlite>]
public sealed class SqliteCertifiedPollTests(SqliteBoundServer server) : CertifiedPollTests(server);

[Collection<OnBoundPostgres>]
public sealed class PostgresCertifiedPollTests(PostgresBoundServer server) : CertifiedPollTests(server);
