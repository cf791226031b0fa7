using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Moi.Identity.Idp.Features.Account;
using Moi.Identity.Idp.Features.Citizens;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Notices;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>Whatever ends a session, every client of it is told, and once.</summary>
public abstract class SignOutEverywhereTests(OidcServer server)
{
    [Fact]
    public async Task Three_sessions_of_four_clients_make_twelve_notices_however_often_they_are_ended_and_sent()
    {
        await using var listener = await TestListener.StartAsync();
        var citizen = await server.NewCitizenAsync();
        var agencies = await AgenciesAsync(listener, 4);
        var sessions = new List<Session>();
        for (var i = 0; i < 3; i++)
        {
            sessions.Add(await EnterAsync(citizen, agencies));
        }

        // Two servers end everything at the same time, and both send.
        using var other = ActivatorUtilities.CreateInstance<NoticeSender>(server.Services);
        await Task.WhenAll(EndAllAsync(citizen), EndAllAsync(citizen));
        await Task.WhenAll(Sender.SendDueAsync(CancellationToken.None), other.SendDueAsync(CancellationToken.None));
        await Eventually.TrueAsync(async () => await WaitingAsync(citizen) == 0, "everything is sent");
        await EndAllAsync(citizen);
        await Sender.SendDueAsync(CancellationToken.None);

        listener.Requests.Count.ShouldBe(12);
        listener.Requests.Select(r => Jwt.Claims(r.Token!)).Select(c => $"{c["sid"]} {c["aud"]}").Order(StringComparer.Ordinal)
            .ShouldBe((await TokensAsync(sessions.Select(session => session.Sid), agencies)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_logout_token_is_signed_as_the_client_has_its_ID_tokens()
    {
        await using var listener = await TestListener.StartAsync();
        var agency = await server.NewAgencyAsync(a =>
        {
            a.Metadata["backchannel_logout_uri"] = listener.Address(a, "/out");
            a.Metadata["id_token_signed_response_alg"] = "PS256";
        });
        await EndAsync(await EnterAsync(await server.NewCitizenAsync(), [agency]));
        await Eventually.TrueAsync(() => Task.FromResult(!listener.Requests.IsEmpty), "the client is told");

        using var http = server.NewBackChannel();
        var token = listener.Requests.Single().Token!;
        var checkedToken = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            IssuerSigningKeys = new JsonWebKeySet(await http.GetStringAsync(new Uri("/connect/jwks", UriKind.Relative))).GetSigningKeys(),
            ValidAlgorithms = ["PS256"],
            ValidTypes = ["logout+jwt"],
            ValidIssuer = OidcServer.Issuer,
            ValidAudience = agency.ClientId,
            LifetimeValidator = (_, _, _, _) => true,
        });
        checkedToken.IsValid.ShouldBeTrue(checkedToken.Exception?.Message);
    }

    [Fact]
    public async Task Ending_a_session_a_hundred_times_at_once_makes_one_event_and_one_notice_for_each_client()
    {
        await using var listener = await TestListener.StartAsync();
        var citizen = await server.NewCitizenAsync();
        var agencies = await AgenciesAsync(listener, 3);
        var session = await EnterAsync(citizen, agencies);

        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => EndAsync(session)));

        (await server.CountAsync(
            "SELECT COUNT(*) FROM audit_events WHERE name = 'session.ended' AND sid = @sid", p => p.Add("sid", session.Sid))).ShouldBe(1);
        (await server.CountAsync("SELECT COUNT(*) FROM notices WHERE sid = @sid", p => p.Add("sid", session.Sid))).ShouldBe(3);
        await Sender.SendDueAsync(CancellationToken.None);
        await Eventually.TrueAsync(async () => await WaitingAsync(citizen) == 0, "everything is sent");
        listener.Requests.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_service_that_is_entered_while_the_session_ends_gets_a_grant_that_is_good_for_nothing()
    {
        var agency = await server.NewAgencyAsync();
        using var browser = server.NewBrowser();
        var session = await server.SignInAsync(browser, await server.NewCitizenAsync());
        var code = await agency.EnterAsync(browser);
        await EndAsync(session);

        // As if it had been written a moment after the session's grants were ended.
        await server.ExecuteAsync("UPDATE grants SET status = 0 WHERE sid = @sid", p => p.Add("sid", session.Sid));

        (await agency.RedeemAsync(code)).StatusCode.ShouldBe(System.Net.HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_client_that_is_entered_again_after_it_was_disconnected_is_told_again()
    {
        await using var listener = await TestListener.StartAsync();
        var citizen = await server.NewCitizenAsync();
        var agency = (await AgenciesAsync(listener, 1))[0];
        using var browser = server.NewBrowser();
        var session = await server.SignInAsync(browser, citizen);
        await agency.EnterAsync(browser);
        await DisconnectAsync(session, agency);
        await agency.EnterAsync(browser);
        await EndAsync(session);

        await Eventually.TrueAsync(async () => await WaitingAsync(citizen) == 0, "both are sent");
        listener.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_grant_that_its_client_revoked_and_took_again_makes_one_notice()
    {
        await using var listener = await TestListener.StartAsync();
        var citizen = await server.NewCitizenAsync();
        var agency = (await AgenciesAsync(listener, 1))[0];
        using var browser = server.NewBrowser();
        var session = await server.SignInAsync(browser, citizen);
        var tokens = await agency.GetTokensAsync(browser);
        await agency.PostAsync("/connect/revoke", new() { ["token"] = (string)tokens["access_token"]! });
        await agency.EnterAsync(browser);
        (await server.CountAsync("SELECT COUNT(*) FROM grants WHERE sid = @sid", p => p.Add("sid", session.Sid))).ShouldBe(2);

        await EndAsync(session);

        await Eventually.TrueAsync(async () => await WaitingAsync(citizen) == 0, "it is sent");
        listener.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_suspended_citizen_is_out_everywhere_and_every_client_is_told_also_of_sessions_that_had_expired()
    {
        await using var listener = await TestListener.StartAsync();
        var citizen = await server.NewCitizenAsync();
        var agencies = await AgenciesAsync(listener, 2);
        var expired = await EnterAsync(citizen, agencies);
        await server.Services.GetRequiredService<SessionStore>().RemoveAsync(expired, CancellationToken.None);
        var open = await EnterAsync(citizen, agencies);

        (await StandingAsync(s => s.SuspendAsync(citizen.Id, "hijacking", CancellationToken.None))).ShouldBe((true, 1));
        (await StandingAsync(s => s.SuspendAsync(citizen.Id, null, CancellationToken.None))).ShouldBe((false, 0));

        await Eventually.TrueAsync(async () => await WaitingAsync(citizen) == 0, "everything is sent");
        listener.Requests.Select(r => Jwt.Claims(r.Token!)).Select(c => $"{c["sid"]} {c["aud"]}").Order(StringComparer.Ordinal)
            .ShouldBe((await TokensAsync([expired.Sid, open.Sid], agencies)).Order(StringComparer.Ordinal));
        (await server.CountAsync("SELECT COUNT(*) FROM grants WHERE status = 0 AND citizen_id = @c", p => p.Add("c", citizen.Id))).ShouldBe(0);
        (await server.CountAsync(
            "SELECT COUNT(*) FROM audit_events WHERE name = 'citizen.suspended' AND citizen_id = @c", p => p.Add("c", citizen.Id))).ShouldBe(1);

        (await StandingAsync(s => s.ReinstateAsync(citizen.Id, CancellationToken.None))).ShouldBeTrue();
        (await StandingAsync(s => s.ReinstateAsync(citizen.Id, CancellationToken.None))).ShouldBeFalse();
        (await StandingAsync(s => s.SuspendAsync(Guid.CreateVersion7(server.Time.GetUtcNow()), null, CancellationToken.None))).ShouldBe((false, 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_is_suspended_or_removed_is_told_of_its_sessions(bool isRemoved)
    {
        await using var listener = await TestListener.StartAsync();
        var agencies = await AgenciesAsync(listener, 2);
        var (stopped, other) = (agencies[0], agencies[1]);
        var sessions = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            sessions.Add((await EnterAsync(await server.NewCitizenAsync(), agencies)).Sid);
        }

        if (isRemoved)
        {
            (await server.Services.GetRequiredService<ClientRegistration>().DeleteAsync(stopped.ClientId, null, CancellationToken.None)).ShouldBeTrue();
        }
        else
        {
            stopped.Metadata["moi_status"] = "suspended";
            await stopped.RegisterAsync();
            await stopped.RegisterAsync();
        }

        await Eventually.TrueAsync(() => Task.FromResult(listener.Requests.Count >= 3), "the client is told");
        await Sender.SendDueAsync(CancellationToken.None);
        listener.Requests.Select(r => Jwt.Claims(r.Token!)).Select(c => $"{c["sid"]} {c["aud"]}").Order(StringComparer.Ordinal)
            .ShouldBe((await TokensAsync(sessions, [stopped])).Order(StringComparer.Ordinal));
        (await server.CountAsync(
            "SELECT COUNT(*) FROM grants WHERE status = 0 AND client_id = @c", p => p.Add("c", stopped.ClientId))).ShouldBe(0);
        (await server.CountAsync(
            "SELECT COUNT(*) FROM grants WHERE status = 0 AND client_id = @c", p => p.Add("c", other.ClientId))).ShouldBe(3);
    }

    [Fact]
    public async Task What_could_not_be_sent_survives_a_restart()
    {
        await using var listener = await TestListener.StartAsync();
        listener.AnswerWith(503);
        var citizen = await server.NewCitizenAsync();
        var agencies = await AgenciesAsync(listener, 2);
        await EndAsync(await EnterAsync(citizen, agencies));
        await Eventually.TrueAsync(
            async () => await server.CountAsync(
                "SELECT COUNT(*) FROM notices WHERE failure IS NOT NULL AND client_id IN (@a, @b)",
                p => p.Add("a", agencies[0].ClientId).Add("b", agencies[1].ClientId)) == 2,
            "both have been tried");

        await server.RestartAsync();
        listener.AnswerWith(200);
        listener.Requests.Clear();
        server.Time.Advance(TimeSpan.FromSeconds(11));
        await Sender.SendDueAsync(CancellationToken.None);

        await Eventually.TrueAsync(async () => await WaitingAsync(citizen) == 0, "both are sent");
        listener.Requests.Count.ShouldBe(2);
        (await server.CountAsync(
            "SELECT COUNT(*) FROM notices WHERE state = 2 AND attempts = 2 AND failure = 'The answer was 503.' AND client_id = @a",
            p => p.Add("a", agencies[0].ClientId))).ShouldBe(1, "attempts and the last failure are kept");
        var now = server.Time.GetUtcNow().UtcDateTime;
        (await NoticeReport.OfClientAsync(server.Sql, agencies[0].ClientId, CancellationToken.None))[1]
            .ShouldMatch($"^....-..-..T..:..:..Z\tlogout\tdelivered\t2\t{now:yyyy-MM-dd'T'HH:mm:ss'Z'}\tThe answer was 503\\.$");
        (await NoticeReport.SummaryAsync(server.Sql, CancellationToken.None))
            .ShouldContain($"{agencies[0].ClientId}\tlogout\t1\t0\t0\t{now:yyyy-MM-dd'T'HH:mm:ss'Z'}");
    }

    [Fact]
    public async Task A_slow_client_holds_up_nobody_else_and_takes_four_calls_at_most()
    {
        await using var slow = await TestListener.StartAsync();
        await using var quick = await TestListener.StartAsync();
        var (open, most) = (0, 0);
        var release = new TaskCompletionSource();
        slow.Answer = async _ =>
        {
            var now = Interlocked.Increment(ref open);
            InterlockedMax(ref most, now);
            await release.Task;
            Interlocked.Decrement(ref open);
        };
        var held = (await AgenciesAsync(slow, 1))[0];
        var others = await AgenciesAsync(quick, 3);
        for (var i = 0; i < 10; i++)
        {
            await EndAsync(await EnterAsync(await server.NewCitizenAsync(), [held]));
        }

        await Eventually.TrueAsync(() => Task.FromResult(!slow.Requests.IsEmpty), "the slow client is being called");
        await EndAsync(await EnterAsync(await server.NewCitizenAsync(), others));
        await Eventually.TrueAsync(() => Task.FromResult(quick.Requests.Count == 3), "the others are told meanwhile");

        Volatile.Read(ref open).ShouldBeGreaterThan(0, "the slow client has not answered yet");
        release.SetResult();
        await Eventually.TrueAsync(
            async () => await server.CountAsync(
                "SELECT COUNT(*) FROM notices WHERE state = 0 AND client_id = @c", p => p.Add("c", held.ClientId)) == 0
                || await AdvanceAsync(),
            "the slow client is told in the end");
        most.ShouldBeInRange(1, 4);
    }

    private NoticeSender Sender => server.Services.GetRequiredService<NoticeSender>();

    private static void InterlockedMax(ref int most, int value)
    {
        int seen;
        while (value > (seen = Volatile.Read(ref most)) && Interlocked.CompareExchange(ref most, value, seen) != seen)
        {
        }
    }

    /// <summary>Brings what was given up for the moment on again.</summary>
    private async Task<bool> AdvanceAsync()
    {
        server.Time.Advance(TimeSpan.FromSeconds(70));
        await Sender.SendDueAsync(CancellationToken.None);
        return false;
    }

    private async Task<List<TestAgency>> AgenciesAsync(TestListener listener, int count)
    {
        var agencies = new List<TestAgency>();
        for (var i = 0; i < count; i++)
        {
            agencies.Add(await server.NewAgencyAsync(a => a.Metadata["backchannel_logout_uri"] = listener.Address(a, "/out")));
        }

        return agencies;
    }

    /// <summary>What a logout token must say of each session to each agency.</summary>
    private async Task<List<string>> TokensAsync(IEnumerable<string> sessions, IReadOnlyList<TestAgency> agencies)
    {
        var tokens = new List<string>();
        foreach (var sid in sessions)
        {
            foreach (var agency in agencies)
            {
                tokens.Add($"{await server.SidAtAsync(agency, sid)} {agency.ClientId}");
            }
        }

        return tokens;
    }

    private async Task<Session> EnterAsync(TestCitizen citizen, IReadOnlyList<TestAgency> agencies)
    {
        using var browser = server.NewBrowser();
        var session = await server.SignInAsync(browser, citizen);
        foreach (var agency in agencies)
        {
            await agency.EnterAsync(browser);
        }

        return session;
    }

    private async Task EndAsync(Session session)
    {
        await using var scope = server.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<SessionEnding>().EndAsync(session, SessionEndReason.SignedOut, CancellationToken.None);
    }

    private async Task EndAllAsync(TestCitizen citizen)
    {
        await using var scope = server.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<SessionEnding>()
            .EndAllAsync(citizen.Id, exceptSid: null, SessionEndReason.RevokedByCitizen);
    }

    private async Task DisconnectAsync(Session session, TestAgency agency)
    {
        await using var scope = server.Services.CreateAsyncScope();
        (await scope.ServiceProvider.GetRequiredService<IConnectedServices>().RevokeAsync(session, agency.ClientId, CancellationToken.None))
            .ShouldBeTrue();
    }

    private async Task<T> StandingAsync<T>(Func<CitizenStanding, Task<T>> act)
    {
        await using var scope = server.Services.CreateAsyncScope();
        return await act(scope.ServiceProvider.GetRequiredService<CitizenStanding>());
    }

    private Task<long> WaitingAsync(TestCitizen citizen)
        => server.CountAsync(
            "SELECT COUNT(*) FROM notices n WHERE n.state = 0 AND n.sid IN (SELECT g.sid FROM grants g WHERE g.citizen_id = @c)",
            p => p.Add("c", citizen.Id));
}

[Collection<OnSqlite>]
public sealed class SqliteSignOutEverywhereTests(SqliteOidcServer server) : SignOutEverywhereTests(server);

[Collection<OnPostgres>]
public sealed class PostgresSignOutEverywhereTests(PostgresOidcServer server) : SignOutEverywhereTests(server);
