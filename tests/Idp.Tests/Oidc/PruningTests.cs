using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Idp.Data.Pruning;
using Moi.Identity.Idp.Features.Account;
using Moi.Identity.Idp.Features.Administrators;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>What nobody can use any more goes, and nothing else.</summary>
public abstract class PruningTests(OidcServer server)
{
    private static void Offline(Dictionary<string, string> request) => request["scope"] = "openid profile offline_access";

    [Fact]
    public async Task Refresh_tokens_go_after_their_expiry_and_the_grant_follows()
    {
        var (agency, citizen, _) = await EnterAsync();
        await server.ExecuteAsync("DELETE FROM consents WHERE citizen_id = @citizen", p => p.Add("citizen", citizen.Id));
        Pass(TimeSpan.FromDays(14.5));
        await PruneAsync();
        (await TokensAsync(citizen)).ShouldBe(1, "expired, but kept for another day");

        Pass(TimeSpan.FromDays(1));
        await PruneAsync();

        (await TokensAsync(citizen)).ShouldBe(0);
        (await GrantsAsync(citizen)).ShouldBe(0);
        (await EventsAsync(citizen)).ShouldBeGreaterThan(0, "audit events stay");
        agency.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_grant_whose_refresh_token_is_used_all_the_time_stays_for_ever()
    {
        var (agency, citizen, tokens) = await EnterAsync();
        var refresh = (string)tokens["refresh_token"]!;
        for (var week = 0; week < 6; week++)
        {
            Pass(TimeSpan.FromDays(7));
            await PruneAsync();
            refresh = (string)(await (await agency.RefreshAsync(refresh)).JsonAsync())["refresh_token"]!;
        }

        // Those of the last fortnight and a day; four are gone.
        (await TokensAsync(citizen)).ShouldBe(3);
    }

    [Fact]
    public async Task A_spent_refresh_token_is_still_recognised_as_long_as_it_could_be_presented()
    {
        var (agency, citizen, tokens) = await EnterAsync();
        var spent = (string)tokens["refresh_token"]!;
        var next = (string)(await (await agency.RefreshAsync(spent)).JsonAsync())["refresh_token"]!;
        Pass(TimeSpan.FromDays(13));
        await PruneAsync();

        (await agency.RefreshAsync(spent)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await agency.RefreshAsync(next)).StatusCode.ShouldBe(HttpStatusCode.BadRequest, "the second use ended the grant");
        (await GrantsAsync(citizen)).ShouldBe(1);
    }

    [Fact]
    public async Task A_session_that_goes_on_keeps_its_grants()
    {
        var (_, citizen, _) = await EnterAsync(offline: false);
        Pass(TimeSpan.FromHours(23));
        await PruneAsync();
        (await GrantsAsync(citizen)).ShouldBe(1);
    }

    [Fact]
    public async Task A_revoked_grant_goes_with_its_tokens_when_its_session_is_over()
    {
        var (agency, citizen, tokens) = await EnterAsync();
        await server.ExecuteAsync("DELETE FROM consents WHERE citizen_id = @citizen", p => p.Add("citizen", citizen.Id));
        (await agency.PostAsync("/connect/revoke", new() { ["token"] = (string)tokens["refresh_token"]! }))
            .StatusCode.ShouldBe(HttpStatusCode.OK);
        await PruneAsync();
        (await GrantsAsync(citizen)).ShouldBe(1);

        Pass(TimeSpan.FromDays(3.5));
        await PruneAsync();

        (await GrantsAsync(citizen)).ShouldBe(0);
        (await TokensAsync(citizen)).ShouldBe(0);
        (await agency.RefreshAsync((string)tokens["refresh_token"]!)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task The_citizen_still_reads_when_a_service_was_visited_last()
    {
        var (agency, citizen, _) = await EnterAsync(offline: false);
        var first = server.Time.GetUtcNow();
        for (var visit = 0; visit < 3; visit++)
        {
            Pass(TimeSpan.FromDays(5));
            await VisitAsync(agency, citizen);
        }

        var last = server.Time.GetUtcNow();
        Pass(TimeSpan.FromDays(100));
        await PruneAsync();

        (await GrantsAsync(citizen)).ShouldBe(1);
        await using var scope = server.Services.CreateAsyncScope();
        var service = (await scope.ServiceProvider.GetRequiredService<IConnectedServices>()
            .ListAsync(citizen.Id, CancellationToken.None)).ShouldHaveSingleItem();
        service.FirstUsedAt.ShouldBe(first, TimeSpan.FromSeconds(1));
        service.LastUsedAt.ShouldBe(last, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Invitations_go_a_month_after_their_day()
    {
        var invitations = server.Services.GetRequiredService<AdministratorInvitations>();
        await invitations.CreateAsync(CancellationToken.None);
        Pass(TimeSpan.FromDays(30.5));
        var link = await invitations.CreateAsync(CancellationToken.None);
        Pass(TimeSpan.FromDays(0.6));
        await PruneAsync();

        (await server.CountAsync("SELECT COUNT(*) FROM administrator_invitations")).ShouldBe(1);
        (await invitations.IsOpenAsync(link.Split("token=")[1], CancellationToken.None)).ShouldBeTrue();
    }

    [Fact]
    public async Task More_rows_than_one_step_takes_are_all_removed_and_told_in_one_line()
    {
        var (_, citizen, _) = await EnterAsync();
        var grant = (await server.Sql.ListAsync(
            "SELECT id FROM grants WHERE citizen_id = @citizen", p => p.Add("citizen", citizen.Id), row => row.Guid(0), CancellationToken.None))[0];
        var now = server.Time.GetUtcNow();
        for (var i = 0; i < 1203; i++)
        {
            await server.ExecuteAsync(
                "INSERT INTO refresh_tokens (id, grant_id, status, created_at, expires_at) VALUES (@id, @grant, 1, @created, @expires)",
                p => p.Add("id", Guid.CreateVersion7(now)).Add("grant", grant).Add("created", now).Add("expires", now.AddDays(-10).AddMilliseconds(i / 3)));
        }

        await PruneAsync();

        (await TokensAsync(citizen)).ShouldBe(1);
        server.Log.All.Where(line => line.Contains(" 1301 ", StringComparison.Ordinal) && line.Contains("1203", StringComparison.Ordinal))
            .ShouldHaveSingleItem();
    }

    [Fact]
    public async Task The_server_prunes_by_itself()
    {
        var (_, citizen, _) = await EnterAsync();
        await server.ExecuteAsync("DELETE FROM consents WHERE citizen_id = @citizen", p => p.Add("citizen", citizen.Id));
        Pass(TimeSpan.FromDays(20));
        await Testing.Eventually.TrueAsync(
            async () =>
            {
                // Redis keeps its own time: the mark of who has pruned would live a real hour.
                await server.Services.GetRequiredService<IShortLivedStore>().RemoveAsync("pruning", CancellationToken.None);
                server.Time.Advance(TimeSpan.FromMinutes(30));
                return await GrantsAsync(citizen) == 0;
            },
            "the hosted service has pruned");
    }

    private async Task<(TestAgency Agency, TestCitizen Citizen, JsonObject Tokens)> EnterAsync(bool offline = true)
    {
        await PruneAsync();
        var agency = await server.NewAgencyAsync();
        var citizen = await server.NewCitizenAsync();
        using var browser = server.NewBrowser();
        await server.SignInAsync(browser, citizen);
        return (agency, citizen, await agency.GetTokensAsync(browser, offline ? Offline : null));
    }

    private async Task VisitAsync(TestAgency agency, TestCitizen citizen)
    {
        using var browser = server.NewBrowser();
        await server.SignInAsync(browser, citizen);
        await agency.EnterAsync(browser);
    }

    /// <summary>Days go by and no timer notices: the embedded store looks at its file four times a second.</summary>
    private void Pass(TimeSpan time) => server.Time.AdjustTime(server.Time.GetUtcNow() + time);

    private Task PruneAsync() => server.Services.GetRequiredService<Pruner>().PruneAsync(CancellationToken.None);

    private Task<long> GrantsAsync(TestCitizen citizen)
        => server.CountAsync("SELECT COUNT(*) FROM grants WHERE citizen_id = @citizen", p => p.Add("citizen", citizen.Id));

    private Task<long> EventsAsync(TestCitizen citizen)
        => server.CountAsync("SELECT COUNT(*) FROM audit_events WHERE citizen_id = @citizen", p => p.Add("citizen", citizen.Id));

    private Task<long> TokensAsync(TestCitizen citizen) => server.CountAsync(
        "SELECT COUNT(*) FROM refresh_tokens r JOIN grants g ON g.id = r.grant_id WHERE g.citizen_id = @citizen",
        p => p.Add("citizen", citizen.Id));
}

[Collection<OnSqlite>]
public sealed class SqlitePruningTests(SqliteOidcServer server) : PruningTests(server);

[Collection<OnPostgres>]
public sealed class PostgresPruningTests(PostgresOidcServer server) : PruningTests(server);
