using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Grants;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>A citizen withdraws consent in the moment in which the service is entered without being asked.</summary>
public abstract class WithdrawalRaceTests(OidcServer server)
{
    /// <summary>Seen failing on 2026-11-27: a new grant was written, which no page showed.</summary>
    [Fact]
    public async Task What_rests_on_a_consent_that_is_gone_is_not_entered()
    {
        var agency = await server.NewAgencyAsync();
        using var browser = server.NewBrowser();
        var session = await server.SignInAsync(browser, await server.NewCitizenAsync());
        await agency.EnterAsync(browser);
        var entry = new GrantEntry(
            session, server.Services.GetRequiredService<ClientCatalog>().Find(agency.ClientId)!, "subject", "openid profile", "en", null, [])
        {
            RestsOnConsent = true,
        };
        var store = server.Services.GetRequiredService<GrantStore>();
        (await store.EnterAsync(entry, CancellationToken.None)).ShouldNotBeNull();
        var (grants, events) = await CountAsync(agency);

        await server.ExecuteAsync("UPDATE grants SET status = 2 WHERE sid = @sid", p => p.Add("sid", session.Sid));
        await server.ExecuteAsync("DELETE FROM consents WHERE client_id = @client", p => p.Add("client", agency.ClientId));

        (await store.EnterAsync(entry, CancellationToken.None)).ShouldBeNull();
        (await CountAsync(agency)).ShouldBe((grants, events));
        (await browser.GetAsync(await agency.PushAsync())).Redirect().AbsolutePath.ShouldBe("/consent");
    }

    private async Task<(long Grants, long Events)> CountAsync(TestAgency agency)
        => (await server.CountAsync("SELECT count(*) FROM grants WHERE client_id = @client", p => p.Add("client", agency.ClientId)),
            await server.CountAsync(
                "SELECT count(*) FROM audit_events WHERE name = 'service.entered' AND client_id = @client", p => p.Add("client", agency.ClientId)));
}

[Collection<OnSqlite>]
public sealed class SqliteWithdrawalRaceTests(SqliteOidcServer server) : WithdrawalRaceTests(server);

[Collection<OnPostgres>]
public sealed class PostgresWithdrawalRaceTests(PostgresOidcServer server) : WithdrawalRaceTests(server);
