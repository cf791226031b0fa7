using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Moi.Identity.Idp.Features.Oidc.Keys;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Oidc.Keys;

/// <summary>Keys come and go by plan, and in an emergency.</summary>
public abstract class RotationTests(OidcServer server)
{
    [Fact]
    public async Task A_key_is_announced_signs_and_retires_by_itself()
    {
        await server.RenewAsync();
        var old = server.Signing();

        server.Move(KeyServer.UntilAnnounced - TimeSpan.FromMinutes(5));
        await server.AnnounceDueAsync();
        server.Next().ShouldBeNull();

        // Nobody asks for it: the background does it.
        server.Move(TimeSpan.FromMinutes(6));
        await WhileTimePassesAsync(() => Task.FromResult(server.Next() is not null), "the next key is announced");
        var next = server.Next()!;
        (await server.PublishedAsync()).Take(2).ShouldBe([old, next]);
        server.Signing().ShouldBe(old);
        var announced = (await server.EventsOfAsync(next)).ShouldHaveSingleItem();
        announced.Name.ShouldBe("key.announced");
        ((string?)announced.Details["reason"]).ShouldBe("schedule");
        var activatesAt = (DateTimeOffset)announced.Details["activates_at"]!;
        (activatesAt - server.Time.GetUtcNow()).ShouldBeInRange(KeyServer.Defaults.Announce - TimeSpan.FromHours(2), KeyServer.Defaults.Announce);

        server.Time.AdjustTime(activatesAt - TimeSpan.FromSeconds(1));
        server.Signing().ShouldBe(old);
        (await IdTokenAsync()).ShouldBe(old);
        server.Move(TimeSpan.FromSeconds(1));
        (await IdTokenAsync()).ShouldBe(next);
        await server.AnnounceDueAsync();
        server.Next().ShouldBeNull();

        server.Move(KeyServer.Defaults.Retain - TimeSpan.FromMinutes(2));
        await server.Ring().LoadAsync(CancellationToken.None);
        (await server.PublishedAsync()).ShouldContain(old);
        server.Move(TimeSpan.FromMinutes(3));
        await WhileTimePassesAsync(async () => !(await server.PublishedAsync()).Contains(old), "the old key leaves the key set");
        await WhileTimePassesAsync(async () => await RowsAsync(old) == 0, "the old key is removed");
        (await server.EventsOfAsync(old)).Select(e => e.Name).ShouldBe(["key.announced", "key.retired"]);
    }

    [Fact]
    public async Task Twenty_that_find_it_due_at_once_make_one_key()
    {
        await server.RenewAsync();
        await StopBackgroundAsync(server);
        server.Move(KeyServer.UntilAnnounced + TimeSpan.FromMinutes(1));

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => server.AnnounceDueAsync())));

        (await server.CountAsync(
            "SELECT COUNT(*) FROM signing_keys WHERE alg = 'ES256' AND activates_at > @now",
            p => p.Add("now", server.Time.GetUtcNow()))).ShouldBe(1);
        (await server.EventsOfAsync(server.Next()!)).Count.ShouldBe(1);
        await StartBackgroundAsync(server);
    }

    [Fact]
    public async Task Twenty_rotations_by_command_at_once_announce_one_key()
    {
        await server.RenewAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20)
            .Select(_ => Task.Run(() => server.Rotation().RotateAsync("ES256", CancellationToken.None))));

        outcomes.Count(o => o == KeyOutcome.Announced).ShouldBe(1);
        outcomes.Count(o => o == KeyOutcome.AnnouncedBefore).ShouldBe(19);
    }

    [Fact]
    public async Task Each_algorithm_has_a_schedule_of_its_own()
    {
        await server.RenewAsync("PS256", "RS256");
        var (es, ps, rs) = (server.Signing(), server.Signing("PS256"), server.Signing("RS256"));

        (await server.Rotation().RotateAsync("PS256", CancellationToken.None)).ShouldBe(KeyOutcome.Announced);
        (await server.Rotation().RotateNowAsync("RS256", CancellationToken.None)).ShouldBe(KeyOutcome.Replaced);

        server.Next().ShouldBeNull();
        server.Next("PS256").ShouldNotBeNull();
        server.Next("RS256").ShouldBeNull();
        (server.Signing(), server.Signing("PS256")).ShouldBe((es, ps));
        server.Signing("RS256").ShouldNotBe(rs);
        (await server.PublishedAsync("RS256")).ShouldContain(rs);
        (await IdTokenAsync("RS256")).ShouldBe(server.Signing("RS256"));
        (await IdTokenAsync("PS256")).ShouldBe(ps);
        (await IdTokenAsync()).ShouldBe(es);
    }

    [Fact]
    public async Task An_announced_key_may_be_called_to_sign_at_once()
    {
        await server.RenewAsync();
        var old = server.Signing();
        await server.Rotation().RotateAsync("ES256", CancellationToken.None);
        var next = server.Next()!;
        (await server.Rotation().RotateAsync("ES256", CancellationToken.None)).ShouldBe(KeyOutcome.AnnouncedBefore);

        (await server.Rotation().RotateNowAsync("ES256", CancellationToken.None)).ShouldBe(KeyOutcome.Replaced);

        (server.Signing(), server.Next()).ShouldBe((next, null));
        (await server.PublishedAsync()).ShouldContain(old);
        (await server.EventsOfAsync(next)).Select(e => e.Name).ShouldBe(["key.announced", "key.activated"], ignoreOrder: true);

        // The old one's time is counted from now, not from what was planned.
        server.Move(KeyServer.Defaults.Retain + TimeSpan.FromMinutes(1));
        await server.DoDueAsync();
        await server.Ring().LoadAsync(CancellationToken.None);
        (await server.PublishedAsync()).ShouldNotContain(old);
    }

    [Fact]
    public async Task A_revoked_key_is_gone_and_the_announced_one_signs()
    {
        await server.RenewAsync();
        var old = server.Signing();
        await server.Rotation().RotateAsync("ES256", CancellationToken.None);
        var next = server.Next()!;

        (await server.Rotation().RevokeAsync(old, CancellationToken.None)).ShouldBe(KeyOutcome.Revoked);

        (await server.PublishedAsync()).ShouldNotContain(old);
        (server.Signing(), server.Next()).ShouldBe((next, null));
        (await IdTokenAsync()).ShouldBe(next);
        (await server.EventsOfAsync(old)).Select(e => e.Name).ShouldBe(["key.announced", "key.revoked"], ignoreOrder: true);
        (await server.Rotation().RevokeAsync(old, CancellationToken.None)).ShouldBe(KeyOutcome.NotThere);

        // With no key announced, a new one signs.
        (await server.Rotation().RevokeAsync(next, CancellationToken.None)).ShouldBe(KeyOutcome.Revoked);
        var made = await IdTokenAsync();
        made.ShouldNotBe(next);
        (await server.PublishedAsync()).ShouldContain(made);
        ((string?)(await server.EventsOfAsync(made)).Single().Details["reason"]).ShouldBe("revocation");
    }

    [Fact]
    public async Task After_a_revoked_announcement_the_present_key_goes_on_and_another_is_announced()
    {
        await server.RenewAsync();
        var present = server.Signing();
        server.Move(KeyServer.UntilAnnounced + TimeSpan.FromMinutes(1));
        await server.AnnounceDueAsync();
        var bad = server.Next()!;

        (await server.Rotation().RevokeAsync(bad, CancellationToken.None)).ShouldBe(KeyOutcome.Revoked);
        server.Signing().ShouldBe(present);
        (await server.PublishedAsync()).ShouldNotContain(bad);
        await server.AnnounceDueAsync();

        server.Next().ShouldNotBeNull().ShouldNotBe(bad);
        server.Move(KeyServer.Defaults.Announce + KeyServer.Defaults.Retain - TimeSpan.FromMinutes(1));
        await server.Ring().LoadAsync(CancellationToken.None);
        (await server.PublishedAsync()).ShouldContain(present);
    }

    [Fact]
    public async Task Twenty_that_revoke_one_key_at_once_make_one_new_key()
    {
        await server.RenewAsync();
        var old = server.Signing();
        var before = await server.CountAsync("SELECT MAX(generation) FROM signing_keys WHERE alg = 'ES256'");

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20)
            .Select(_ => Task.Run(() => server.Rotation().RevokeAsync(old, CancellationToken.None))));

        outcomes.Count(o => o == KeyOutcome.Revoked).ShouldBe(1);
        (await server.CountAsync("SELECT MAX(generation) FROM signing_keys WHERE alg = 'ES256'")).ShouldBe(before + 1);
    }

    [Fact]
    public async Task A_key_that_cannot_be_read_is_never_rotated_over()
    {
        await server.RenewAsync("RS256");
        var kid = server.Signing();
        var row = server.Ring().Stored.Single(k => k.Kid == kid);
        await WritePrivateAsync(kid, [1, 2, 3]);
        await server.RestartAsync();
        try
        {
            server.Ring().Unreadable.ShouldBe([kid]);
            var before = await server.CountAsync("SELECT MAX(generation) FROM signing_keys WHERE alg = 'ES256'");
            server.Move(KeyServer.UntilAnnounced + TimeSpan.FromMinutes(1));
            await server.DoDueAsync();
            server.Next().ShouldBeNull();
            (await server.Rotation().RotateAsync("ES256", CancellationToken.None)).ShouldBe(KeyOutcome.Unreadable);
            (await server.Rotation().RotateNowAsync("ES256", CancellationToken.None)).ShouldBe(KeyOutcome.Unreadable);

            (await server.CountAsync("SELECT MAX(generation) FROM signing_keys WHERE alg = 'ES256'")).ShouldBe(before);
            server.Next("RS256").ShouldNotBeNull("the other algorithms go on");
            using var http = server.NewBackChannel();
            var health = await (await http.GetAsync("/health/ready")).JsonAsync(HttpStatusCode.ServiceUnavailable);
            ((string?)health["checks"]!["signing_keys"]!["reason"]).ShouldNotBeNull().ShouldContain("cannot be decrypted");
        }
        finally
        {
            await WritePrivateAsync(kid, row.Protected);
            await server.RestartAsync();
        }

        server.Ring().Unreadable.ShouldBeEmpty();
    }

    [Fact]
    public async Task Health_says_when_the_next_change_is_and_warns_when_nobody_makes_it()
    {
        await server.RenewAsync("PS256", "RS256");
        await StopBackgroundAsync(server);
        using var http = server.NewBackChannel();
        await Eventually.TrueAsync(async () => (await HealthAsync(http)).Status == "ready", "the cold checks are through");
        var (status, reason) = await HealthAsync(http);
        reason.ShouldContain($"{server.Time.GetUtcNow() + KeyServer.Defaults.RotateAfter:yyyy-MM-dd}");

        server.Move(KeyServer.UntilAnnounced + TimeSpan.FromMinutes(59));
        await Eventually.TrueAsync(async () => (await HealthAsync(http)).Status == "ready", "still nothing is overdue");
        server.Move(TimeSpan.FromMinutes(2));
        (status, reason) = await HealthAsync(http);
        status.ShouldBe("warning");
        reason.ShouldContain("ES256, PS256, RS256");

        await StartBackgroundAsync(server);
        await Eventually.TrueAsync(async () => (await HealthAsync(http)).Status == "ready", "the keys are announced");
        server.Ring().TimeLeft().Select(k => k.Alg).ShouldBe(RingKey.Algorithms);
        server.Ring().TimeLeft().ShouldAllBe(k => k.Left > TimeSpan.FromDays(13) && k.Left <= TimeSpan.FromDays(14));
    }

    private static async Task<(string Status, string Reason)> HealthAsync(HttpClient http)
    {
        var health = await (await http.GetAsync("/health/ready")).JsonAsync();
        ((string?)health["status"]).ShouldBe("ready");
        var check = health["checks"]!["signing_keys"]!;
        return ((string)check["status"]!, (string)check["reason"]!);
    }

    private static Task StopBackgroundAsync(OidcServer server) => Background(server).StopAsync(CancellationToken.None);

    private static Task StartBackgroundAsync(OidcServer server) => Background(server).StartAsync(CancellationToken.None);

    private static RotateDueKeys Background(OidcServer server) => server.Services.GetServices<IHostedService>().OfType<RotateDueKeys>().Single();

    /// <summary>What the background does it does at its next look, which may be under way already.</summary>
    private Task WhileTimePassesAsync(Func<Task<bool>> condition, string what) => Eventually.TrueAsync(
        () =>
        {
            server.Time.Advance(TimeSpan.FromSeconds(10));
            return condition();
        },
        what);

    /// <summary>The <c>kid</c> of an ID token that a citizen's entry gives.</summary>
    private async Task<string> IdTokenAsync(string alg = "ES256")
    {
        var agency = await server.NewAgencyAsync(a => a.Metadata["id_token_signed_response_alg"] = alg);
        using var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        return KeyServer.Kid((string)(await agency.GetTokensAsync(browser))["id_token"]!);
    }

    private Task<long> RowsAsync(string kid)
        => server.CountAsync("SELECT COUNT(*) FROM signing_keys WHERE kid = @kid", p => p.Add("kid", kid));

    private Task<int> WritePrivateAsync(string kid, byte[] value)
        => server.ExecuteAsync(
            "UPDATE signing_keys SET protected_private = @value WHERE kid = @kid", p => p.Add("value", value).Add("kid", kid));
}

public sealed class SqliteRotationTests(SqliteOidcServer server) : RotationTests(server), IClassFixture<SqliteOidcServer>;

public sealed class PostgresRotationTests(PostgresOidcServer server) : RotationTests(server), IClassFixture<PostgresOidcServer>;
