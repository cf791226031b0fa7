using System.Net;
using System.Text.Json.Nodes;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Operations;

/// <summary>Two servers on one database and one Redis; the second was given another certificate.</summary>
public sealed class KeyRingOutageTests(PostgresServer postgres, RedisServer redis)
{
    private readonly string _store = redis.NewInstallation();

    [Fact(DisplayName = "P3: a server that cannot read the key ring says why, refuses in one way, and harms no other server")]
    public async Task P3()
    {
        using var certificate = new KeyRingCertificate();
        using var other = new KeyRingCertificate();
        var database = await postgres.NewDatabaseAsync();
        await using var good = New(certificate, database);
        (await good.RunAsync("migrate")).ExitCode.ShouldBe(0);
        await good.StartAsync();
        using var proxy = new ProxyHandler(good, "192.0.2.1");
        var browser = new CitizenBrowser(proxy, good.Origin);
        using var agency = await RemoteAgency.EnterAsync(good, browser);

        await using (var bad = New(other, database))
        {
            await bad.LaunchAsync();
            var reason = await Health.UntilAsync(bad, HttpStatusCode.ServiceUnavailable, "key_ring");
            reason.ShouldContain(certificate.Thumbprint);
            reason.ShouldContain("Idp__KeyRing__");

            // Pages, with and without a session of the good server.
            using var badProxy = new ProxyHandler(bad, "192.0.2.1");
            using var there = new CitizenBrowser(badProxy, bad.Origin, browser.Authenticator);
            foreach (var address in (string[])["/", "/sign-in", "/sign-up", "/account", agency.AuthorizeAddress, agency.LogoutAddress])
            {
                foreach (var (name, value) in browser.Cookies)
                {
                    there.Cookies[name] = value;
                }

                (await there.OpenAsync(address)).Status.ShouldBe(HttpStatusCode.ServiceUnavailable, address);
                there.Page.ProblemCode.ShouldBe("MOI-SYS-503", address);
                there.Cookies.Clear();
                (await there.OpenAsync(address)).Status.ShouldBe(HttpStatusCode.ServiceUnavailable, address);
            }

            using var http = bad.Client();
            foreach (var path in (string[])["/connect/par", "/connect/token", "/connect/introspect", "/connect/revoke"])
            {
                using var answer = await http.PostAsync(path, new FormUrlEncodedContent(agency.Request));
                answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable, path);
                ((string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["error"]).ShouldBe("temporarily_unavailable");
            }

            bad.Log.ShouldNotContain("MOI-SYS-500");
        }

        // Nothing of the bad server is left behind: the good one works on, also after a restart.
        (await agency.RefreshAsync(agency.RefreshToken)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await good.StopAsync();
        await good.StartAsync();
        (await browser.OpenAsync("/account")).Path.ShouldBe("/account");
        (await agency.RedeemAsync(await agency.GetCodeAsync())).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private IdpProcess New(KeyRingCertificate certificate, string database) => new(new Dictionary<string, string?>(certificate.Production())
    {
        ["Idp__Storage__Provider"] = "Postgres",
        ["ConnectionStrings__Postgres"] = database,
        ["ConnectionStrings__Redis"] = _store,
    });
}
