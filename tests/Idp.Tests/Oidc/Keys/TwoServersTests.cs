using System.Net;
using Moi.Identity.Idp.Features.Oidc.Keys;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Oidc.Keys;

/// <summary>Two servers on one PostgreSQL and one Redis. Their clock stands, so nothing is seen because somebody looked again.</summary>
public sealed class TwoServersTests(PostgresOidcServer first) : IClassFixture<PostgresOidcServer>, IAsyncLifetime
{
    private readonly SecondOidcServer _second = new(first);

    public ValueTask InitializeAsync() => _second.InitializeAsync();

    public ValueTask DisposeAsync() => _second.DisposeAsync();

    [Fact]
    public async Task What_one_announces_the_other_publishes_and_later_signs_with()
    {
        await first.RenewAsync();
        var old = first.Signing();
        await Eventually.TrueAsync(async () => (await _second.PublishedAsync()).Contains(old), "the second publishes the present key");

        (await first.Rotation().RotateAsync("ES256", CancellationToken.None)).ShouldBe(KeyOutcome.Announced);
        var next = first.Next()!;
        await Eventually.TrueAsync(async () => (await _second.PublishedAsync()).Contains(next), "the second publishes the next key");
        (await RefreshedOnSecondAsync()).Kid.ShouldBe(old);

        first.Move(KeyServer.Defaults.Announce);
        var (kid, access) = await RefreshedOnSecondAsync();
        kid.ShouldBe(next);

        // Each takes what the other signed.
        using var http = first.NewBackChannel();
        var request = new HttpRequestMessage(HttpMethod.Get, "/connect/userinfo") { Headers = { Authorization = new("Bearer", access) } };
        (await http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_one_revokes_the_other_refuses()
    {
        await first.RenewAsync();
        var old = first.Signing();
        await Eventually.TrueAsync(() => Task.FromResult(_second.Signing() == old), "the second knows the present key");
        var (kid, access) = await RefreshedOnSecondAsync();
        kid.ShouldBe(old);

        (await first.Rotation().RevokeAsync(old, CancellationToken.None)).ShouldBe(KeyOutcome.Revoked);

        await Eventually.TrueAsync(async () => !(await _second.PublishedAsync()).Contains(old), "the second does not publish it");
        _second.Signing().ShouldBe(first.Signing());
        using var http = _second.NewBackChannel();
        var request = new HttpRequestMessage(HttpMethod.Get, "/connect/userinfo") { Headers = { Authorization = new("Bearer", access) } };
        (await http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Of_two_servers_that_find_it_due_one_makes_the_key()
    {
        await first.RenewAsync();
        await Eventually.TrueAsync(() => Task.FromResult(_second.Signing() == first.Signing()), "both know the key");

        // Their backgrounds wake up too.
        first.Move(KeyServer.UntilAnnounced + TimeSpan.FromMinutes(2));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => (i % 2 == 0 ? first : (OidcServer)_second).AnnounceDueAsync())));

        (await first.CountAsync(
            "SELECT COUNT(*) FROM signing_keys WHERE alg = 'ES256' AND activates_at > @now", p => p.Add("now", first.Time.GetUtcNow())))
            .ShouldBe(1);
        await Eventually.TrueAsync(() => Task.FromResult(first.Next() is { } next && _second.Next() == next), "both know the next key");
    }

    /// <summary>A citizen enters at the first server; the agency refreshes at the second.</summary>
    private async Task<(string Kid, string AccessToken)> RefreshedOnSecondAsync()
    {
        var agency = await first.NewAgencyAsync();
        using var browser = first.NewBrowser();
        await first.SignInAsync(browser, await first.NewCitizenAsync());
        var tokens = await agency.GetTokensAsync(browser, r => r["scope"] = "openid profile offline_access");
        agency.Reconnect(_second);
        HttpResponseMessage? answer = null;
        await Eventually.TrueAsync(
            async () => (answer = await agency.RefreshAsync((string)tokens["refresh_token"]!)).StatusCode != HttpStatusCode.Unauthorized,
            "the second server knows the agency");
        var refreshed = await answer!.JsonAsync();
        return (KeyServer.Kid((string)refreshed["id_token"]!), (string)refreshed["access_token"]!);
    }
}
