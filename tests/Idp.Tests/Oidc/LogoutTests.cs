using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Idp.Features.Account;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Notices;
using Moi.Identity.Idp.Features.Oidc.Tokens;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Storage;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>Signing out, from either side, and telling everyone.</summary>
public abstract class LogoutTests(OidcServer server)
{
    private static void Offline(Dictionary<string, string> request) => request["scope"] = "openid profile offline_access";

    [Fact]
    public async Task An_agency_that_proves_the_session_ends_it_at_once_and_gets_the_citizen_back()
    {
        var (agency, browser, tokens) = await EnterAsync();
        using var open = browser;

        var answer = (await browser.GetAsync(Address(agency, (string)tokens["id_token"]!))).Redirect();

        answer.GetLeftPart(UriPartial.Path).ShouldBe(agency.Host + "/bye");
        answer.Query()["state"].ShouldBe("s-1");
        (await browser.GetAsync(await agency.PushAsync(r => r["prompt"] = "none"))).Redirect().Query()["error"].ShouldBe("login_required");
        (await agency.RefreshAsync((string)tokens["refresh_token"]!)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await agency.UserInfoAsync((string)tokens["access_token"]!)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task An_old_ID_token_still_proves_the_session()
    {
        var (agency, browser, tokens) = await EnterAsync();
        using var open = browser;
        server.Time.Advance(TimeSpan.FromMinutes(30));

        (await browser.GetAsync(Address(agency, (string)tokens["id_token"]!))).Redirect().AbsolutePath.ShouldBe("/bye");
    }

    [Fact]
    public async Task Without_proof_the_citizen_is_asked_and_may_stay()
    {
        var (agency, browser, _) = await EnterAsync();
        using var open = browser;
        var (_, _, others) = await EnterAsync();

        foreach (var hint in (string?[])[null, "made-up", (string)others["id_token"]!])
        {
            var address = hint is null || hint == "made-up"
                ? Address(agency, hint)
                : QueryHelpers.AddQueryString("/connect/logout", "id_token_hint", hint);
            var page = (await browser.GetAsync(address)).Redirect();
            page.AbsolutePath.ShouldBe("/connect/logout/confirm");
            var html = await (await browser.GetAsync(page.PathAndQuery)).Content.ReadAsStringAsync();
            await ConsentForm.PostAsync(browser, page, html, "stay");
            (await browser.GetAsync(await agency.PushAsync(r => r["prompt"] = "none"))).Redirect().Query().ShouldContainKey("code");
        }

        var confirm = (await browser.GetAsync(Address(agency, null))).Redirect();
        var form = await (await browser.GetAsync(confirm.PathAndQuery)).Content.ReadAsStringAsync();
        var back = (await ConsentForm.PostAsync(browser, confirm, form, "sign-out")).Redirect();
        back.GetLeftPart(UriPartial.Path).ShouldBe(agency.Host + "/bye");
        back.Query()["state"].ShouldBe("s-1");
        (await browser.GetAsync(await agency.PushAsync(r => r["prompt"] = "none"))).Redirect().Query()["error"].ShouldBe("login_required");
        (await ConsentForm.PostAsync(browser, confirm, form, "sign-out")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task The_confirmation_belongs_to_its_browser()
    {
        var (agency, browser, _) = await EnterAsync();
        using var open = browser;
        var page = (await browser.GetAsync(Address(agency, null))).Redirect();

        using var other = server.NewBrowser();
        await server.SignInAsync(other, await server.NewCitizenAsync());
        (await other.GetAsync(page.PathAndQuery)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory(DisplayName = "R5: nobody is sent to an address that is not registered for logout")]
    [InlineData("http://evil.example/bye")]
    [InlineData("JaVaScRiPt:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("{0}/bye/")]
    [InlineData("{0}/callback")]
    [InlineData("{0}/bye#x")]
    public async Task R5(string address)
    {
        var (agency, browser, tokens) = await EnterAsync();
        using var open = browser;
        var target = string.Format(System.Globalization.CultureInfo.InvariantCulture, address, agency.Host);

        var answer = await browser.GetAsync(Address(agency, (string)tokens["id_token"]!, target));

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        answer.Headers.Location.ShouldBeNull();
        (await answer.Content.ReadAsStringAsync()).ShouldContain("MOI-LOG-002");
        (await browser.GetAsync(await agency.PushAsync(r => r["prompt"] = "none"))).Redirect().Query().ShouldContainKey("code");
    }

    [Fact]
    public async Task Without_an_address_or_a_session_the_citizen_ends_on_our_page()
    {
        var (_, browser, tokens) = await EnterAsync();
        using var open = browser;
        var address = QueryHelpers.AddQueryString("/connect/logout", "id_token_hint", (string)tokens["id_token"]!);

        (await browser.GetAsync(address)).Redirect().AbsolutePath.ShouldBe("/signed-out");
        (await browser.GetAsync(address)).Redirect().AbsolutePath.ShouldBe("/signed-out");
        (await browser.PostAsync("/connect/logout", new Dictionary<string, string> { ["state"] = "x" }))
            .Redirect().AbsolutePath.ShouldBe("/connect/logout");
    }

    [Fact]
    public async Task Every_client_of_a_session_is_told_once_that_it_ended()
    {
        await using var listener = await TestListener.StartAsync();
        var agencies = new List<TestAgency>();
        using var browser = server.NewBrowser();
        var session = await server.SignInAsync(browser, await server.NewCitizenAsync());
        var subjects = new Dictionary<string, string>();
        for (var i = 0; i < 3; i++)
        {
            var agency = await server.NewAgencyAsync(
                a => a.Metadata["backchannel_logout_uri"] = listener.Address(a, "/" + a.ClientId));
            await agency.EnterAsync(browser);
            subjects[agency.ClientId] = (string)Jwt.Claims((string)(await agency.GetTokensAsync(browser))["id_token"]!)["sub"]!;
            agencies.Add(agency);
        }

        await EndAsync(session);
        await Eventually.TrueAsync(() => Task.FromResult(listener.Requests.Count >= 3), "three clients are told");
        await DeliverAsync();

        listener.Requests.Select(r => r.Path.TrimStart('/')).Order(StringComparer.Ordinal)
            .ShouldBe(agencies.Select(a => a.ClientId).Order(StringComparer.Ordinal));
        foreach (var (path, token) in listener.Requests)
        {
            var clientId = path.TrimStart('/');
            ((string?)Jwt.Header(token!)["typ"]).ShouldBe("logout+jwt");
            ((string?)Jwt.Header(token!)["alg"]).ShouldBe("ES256");
            var claims = Jwt.Claims(token!);
            ((string?)claims["iss"]).ShouldBe(OidcServer.Issuer);
            ((string?)claims["aud"]).ShouldBe(clientId);
            ((string?)claims["sub"]).ShouldBe(subjects[clientId]);
            ((string?)claims["sid"]).ShouldBe(AgencySessionId.Of(session.Sid, subjects[clientId]));
            claims["events"]!.ToJsonString().ShouldBe("""{"http://schemas.openid.net/event/backchannel-logout":{}}""");
            ((long)claims["exp"]! - (long)claims["iat"]!).ShouldBe(120);
            claims.ContainsKey("nonce").ShouldBeFalse();
            ((string?)claims["jti"]).ShouldNotBeNullOrEmpty();
        }

        // A notice is struck off after the client's answer has come back.
        await Eventually.TrueAsync(async () => await OutboxAsync(session.Sid) == 0, "the outbox is empty");
    }

    [Fact]
    public async Task A_client_that_is_away_is_told_later_and_given_up_in_the_end()
    {
        await using var listener = await TestListener.StartAsync();
        listener.Answer = http =>
        {
            http.Response.StatusCode = 503;
            return Task.CompletedTask;
        };
        var agency = await server.NewAgencyAsync(a => a.Metadata["backchannel_logout_uri"] = listener.Address(a, "/out"));
        using var browser = server.NewBrowser();
        var session = await server.SignInAsync(browser, await server.NewCitizenAsync());
        await agency.EnterAsync(browser);
        await EndAsync(session);

        for (var attempt = 1; attempt <= 8; attempt++)
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    await DeliverAsync();
                    return listener.Requests.Count >= attempt;
                },
                "attempt " + attempt);
            listener.Requests.Count.ShouldBe(attempt);
            server.Time.Advance(TimeSpan.FromHours(9));
        }

        await DeliverAsync();
        listener.Requests.Count.ShouldBe(8);
        await Eventually.TrueAsync(async () => await OutboxAsync(session.Sid) == 0, "the notice is given up");
        (await server.CountAsync(
            "SELECT COUNT(*) FROM audit_events WHERE name = 'notice.undelivered' AND sid = @sid", p => p.Add("sid", session.Sid))).ShouldBe(1);
    }

    [Fact]
    public async Task A_client_that_answers_too_slowly_or_redirects_gets_nothing_more()
    {
        await using var listener = await TestListener.StartAsync();
        await using var target = await TestListener.StartAsync();
        var agency = await server.NewAgencyAsync(a => a.Metadata["backchannel_logout_uri"] = listener.Address(a, "/out"));
        listener.Answer = http =>
        {
            http.Response.Redirect(target.Address(agency, "/elsewhere"));
            return Task.CompletedTask;
        };
        using var browser = server.NewBrowser();
        var session = await server.SignInAsync(browser, await server.NewCitizenAsync());
        await agency.EnterAsync(browser);

        await EndAsync(session);

        await Eventually.TrueAsync(() => Task.FromResult(!listener.Requests.IsEmpty), "the client is called");
        await Eventually.TrueAsync(
            async () => await server.CountAsync("SELECT attempts FROM notices WHERE sid = @sid", p => p.Add("sid", session.Sid)) == 1,
            "the attempt is counted");
        target.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_citizen_sees_connected_services_and_disconnects_one()
    {
        await using var listener = await TestListener.StartAsync();
        var agency = await server.NewAgencyAsync(a => a.Metadata["backchannel_logout_uri"] = listener.Address(a, "/out"));
        using var browser = server.NewBrowser();
        var citizen = await server.NewCitizenAsync();
        var session = await server.SignInAsync(browser, citizen);
        await agency.EnterAsync(browser, Offline);
        var tokens = await agency.GetTokensAsync(browser, Offline);
        await using var scope = server.Services.CreateAsyncScope();
        var services = scope.ServiceProvider.GetRequiredService<IConnectedServices>();

        var connected = (await services.ListAsync(citizen.Id, CancellationToken.None)).Single();
        connected.Name.ShouldBeOneOf("建照申辦", "Building permits");
        connected.Data.Count.ShouldBeGreaterThan(3);

        (await services.RevokeAsync(session, agency.ClientId, CancellationToken.None)).ShouldBeTrue();
        (await services.RevokeAsync(session, agency.ClientId, CancellationToken.None)).ShouldBeFalse();
        (await services.ListAsync(citizen.Id, CancellationToken.None)).ShouldBeEmpty();
        (await agency.RefreshAsync((string)tokens["refresh_token"]!)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        await Eventually.TrueAsync(() => Task.FromResult(!listener.Requests.IsEmpty), "the client is told");
        (await browser.GetAsync(await agency.PushAsync())).Redirect().AbsolutePath.ShouldBe("/consent");

        await Eventually.TrueAsync(async () => await OutboxAsync(session.Sid) == 0, "the notice is off the list");

        // It was told already: the end of the session adds nothing.
        await EndAsync(session);
        await DeliverAsync();
        (await OutboxAsync(session.Sid)).ShouldBe(0);
        listener.Requests.Count.ShouldBe(1);
    }

    /// <summary>Seen failing on 2026-11-27: nothing of the client ended, and its refresh token was good once it was active again.</summary>
    [Fact]
    public async Task A_client_that_is_suspended_while_the_store_is_away_ends_all_the_same()
    {
        await using var listener = await TestListener.StartAsync();
        var (agency, browser, tokens) = await EnterAsync();
        using var open = browser;
        agency.Metadata["backchannel_logout_uri"] = listener.Address(agency, "/out");
        await agency.RegisterAsync();
        agency.Metadata["moi_status"] = "suspended";
        var left = -1L;
        Outage.Of(server.Services).Before(
            nameof(IShortLivedStore.PublishChangeAsync), async () => left = await server.CountAsync(
                "SELECT COUNT(*) FROM grants WHERE client_id = @client AND status <> 2", p => p.Add("client", agency.ClientId)),
            "clients");
        using (Outage.Begin(server.Services))
        {
            await agency.RegisterAsync();
        }

        left.ShouldBe(0, "they end with the registration, not some time after");
        (await server.CountAsync("SELECT COUNT(*) FROM notices WHERE client_id = @client", p => p.Add("client", agency.ClientId))).ShouldBe(1);
        agency.Metadata["moi_status"] = "active";
        await agency.RegisterAsync();
        (await agency.RefreshAsync((string)tokens["refresh_token"]!)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await agency.UserInfoAsync((string)tokens["access_token"]!)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_suspension_that_is_undone_ends_nothing()
    {
        var (agency, browser, tokens) = await EnterAsync();
        using var open = browser;
        var suspended = agency.Metadata.DeepClone().AsObject();
        suspended["moi_status"] = "suspended";

        (await server.Services.GetRequiredService<ClientRegistration>()
            .ApplyAsync([suspended], null, _ => Task.FromResult(false), CancellationToken.None)).ShouldBeNull();

        (await agency.RefreshAsync((string)tokens["refresh_token"]!)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static string Address(TestAgency agency, string? hint, string? target = null)
    {
        var parameters = new Dictionary<string, string?>
        {
            ["client_id"] = agency.ClientId,
            ["post_logout_redirect_uri"] = target ?? agency.Host + "/bye",
            ["state"] = "s-1",
        };
        if (hint is not null)
        {
            parameters["id_token_hint"] = hint;
        }

        return QueryHelpers.AddQueryString("/connect/logout", parameters);
    }

    private async Task EndAsync(Session session)
    {
        await using var scope = server.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<SessionEnding>()
            .EndAsync(session, SessionEndReason.SignedOut, CancellationToken.None);
    }

    private Task DeliverAsync() => server.Services.GetRequiredService<NoticeSender>().SendDueAsync(CancellationToken.None);

    private Task<long> OutboxAsync(string sid)
        => server.CountAsync("SELECT COUNT(*) FROM notices WHERE state = 0 AND sid = @sid", p => p.Add("sid", sid));

    private async Task<(TestAgency Agency, TestBrowser Browser, JsonObject Tokens)> EnterAsync()
    {
        var agency = await server.NewAgencyAsync();
        var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        await agency.EnterAsync(browser, Offline);
        return (agency, browser, await agency.GetTokensAsync(browser, Offline));
    }
}

[Collection<OnSqlite>]
public sealed class SqliteLogoutTests(SqliteOidcServer server) : LogoutTests(server);

[Collection<OnPostgres>]
public sealed class PostgresLogoutTests(PostgresOidcServer server) : LogoutTests(server);
