using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Storage;
using Moi.Identity.Idp.Tests.Oidc;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Sessions;

/// <summary>What the audit events say of a session lets an investigator follow it from its beginning to its end.</summary>
public abstract class SessionRecordTests(OidcServer server)
{
    private const string Joined = """
        SELECT b.sid FROM audit_events b
        JOIN audit_events s ON s.sid = b.sid AND s.citizen_id = b.citizen_id AND s.name = 'service.entered'
        WHERE b.citizen_id = @citizen AND b.name = 'session.started' ORDER BY b.at, b.id
        """;

    private SessionStore Sessions => server.Services.GetRequiredService<SessionStore>();

    /// <summary>Seen failing on 2026-11-27: the event of the beginning had no sid.</summary>
    [Fact]
    public async Task How_a_session_began_is_found_from_the_service_that_was_entered_in_it()
    {
        var agency = await server.NewAgencyAsync();
        using var browser = server.NewCitizenBrowser();
        await browser.SignUpAsync();
        var first = await EnterAsync(browser, agency);
        server.Time.Advance(TimeSpan.FromMinutes(1));
        browser.Cookies.Remove("moi-session");
        await browser.SignInAsync();
        var second = await EnterAsync(browser, agency);

        (await server.Sql.ListAsync(Joined, p => p.Add("citizen", first.CitizenId), row => row.Text(0), CancellationToken.None))
            .ShouldBe([first.Sid, second.Sid]);
    }

    /// <summary>Seen failing on 2026-11-27: the event of the beginning had no sid.</summary>
    [Fact]
    public async Task A_session_that_follows_one_that_ended_while_it_was_confirmed_is_recorded_under_its_own_sid()
    {
        using var browser = server.NewCitizenBrowser();
        await browser.SignUpAsync();
        var ended = await SessionOfAsync(browser);
        server.Time.Advance(TimeSpan.FromSeconds(1));
        var page = await browser.OpenAsync("/sign-in?switch=1");
        Outage.Of(server.Services).Before(nameof(IShortLivedStore.TryReplaceAsync), async () =>
        {
            await using var scope = server.Services.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<SessionEnding>()
                .EndAsync(ended, SessionEndReason.RevokedByCitizen, CancellationToken.None);
        });

        (await browser.UsePasskeyAsync(page)).Path.ShouldBe("/account");

        (await server.Sql.ListAsync(
            "SELECT sid FROM audit_events WHERE citizen_id = @citizen AND name = 'session.started' ORDER BY at, id",
            p => p.Add("citizen", ended.CitizenId), row => row.TextOrNull(0), CancellationToken.None))
            .ShouldBe([ended.Sid, (await SessionOfAsync(browser)).Sid]);
    }

    private async Task<Session> EnterAsync(CitizenBrowser browser, TestAgency agency)
    {
        await browser.OpenAsync(agency.AuthorizeAddress());
        while (browser.Page.Leaving is null)
        {
            await browser.SendAsync(browser.Page.PlainForm, ("answer", "agree"));
        }

        return await SessionOfAsync(browser);
    }

    private async Task<Session> SessionOfAsync(CitizenBrowser browser)
        => (await Sessions.PeekAsync(browser.Cookies["moi-session"], CancellationToken.None))!;
}

[Collection<OnSqlite>]
public sealed class SqliteSessionRecordTests(SqliteOidcServer server) : SessionRecordTests(server);

[Collection<OnPostgres>]
public sealed class PostgresSessionRecordTests(PostgresOidcServer server) : SessionRecordTests(server);
