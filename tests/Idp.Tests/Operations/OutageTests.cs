using System.Collections.Concurrent;
using System.Net;
using Moi.Identity.Testing;
using Npgsql;

namespace Moi.Identity.Idp.Tests.Operations;

/// <summary>
/// Real servers are killed with <c>kill -9</c> while citizens sign up and in. What the server has confirmed is there
/// afterwards, once, and the server goes on by itself. Seen failing on 2026-11-23, with
/// <c>synchronous_commit=off</c> in PostgreSQL (accounts lost) and without Redis's append-only file (sessions lost).
/// </summary>
public sealed class OutageTests : IAsyncLifetime
{
    private readonly PostgresServer _postgres = new();
    private readonly RedisServer _redis = new() { KeepsData = true };
    private readonly ConcurrentDictionary<string, CitizenBrowser> _confirmed = new();
    private readonly ConcurrentBag<BrowserPage> _refused = [];
    private readonly ConcurrentBag<Exception> _cut = [];
    private readonly HttpMessageHandler _http = LocalhostHttp.Handler(keepsCookies: false);
    private string _database = "";
    private IdpProcess _idp = null!;

    [Fact]
    public async Task PostgreSQL_is_killed_and_comes_back()
    {
        using var agency = await RemoteAgency.EnterAsync(_idp, new CitizenBrowser(_http, _idp.Origin));
        await UnderLoadAsync(async () =>
        {
            // It lives for a minute.
            var code = await agency.GetCodeAsync();
            await _postgres.KillAsync();
            (await Health.UntilAsync(_idp, HttpStatusCode.ServiceUnavailable, "database")).ShouldContain("does not answer");
            await agency.IsToldThatPostgresIsAwayAsync(code);
            await _postgres.StartAsync();
            await Health.UntilAsync(_idp, HttpStatusCode.OK, "database");
            await agency.GoesOnAsync();
        });

        _cut.ShouldBeEmpty("the server itself was always there");
    }

    [Fact]
    public async Task Redis_is_killed_and_comes_back()
    {
        using var agency = await RemoteAgency.EnterAsync(_idp, new CitizenBrowser(_http, _idp.Origin));
        await UnderLoadAsync(async () =>
        {
            // It lives for a minute.
            var code = await agency.GetCodeAsync();
            await _redis.KillAsync();
            (await Health.UntilAsync(_idp, HttpStatusCode.ServiceUnavailable, "short_lived_store")).ShouldContain("Redis");
            await agency.IsToldThatRedisIsAwayAsync(code);
            await _redis.StartAsync();
            await Health.UntilAsync(_idp, HttpStatusCode.OK, "short_lived_store");
            await agency.GoesOnAsync();
        });

        _cut.ShouldBeEmpty("the server itself was always there");
    }

    [Fact]
    public async Task The_server_itself_is_killed_and_comes_back()
        => await UnderLoadAsync(async () =>
        {
            await _idp.KillAsync();
            await _idp.StartAsync();
        });

    public async ValueTask InitializeAsync()
    {
        await _postgres.InitializeAsync();
        await _redis.InitializeAsync();
        _database = await _postgres.NewDatabaseAsync();
        _idp = new IdpProcess(new Dictionary<string, string?>
        {
            ["Idp__Storage__Provider"] = "Postgres",
            ["ConnectionStrings__Postgres"] = _database,
            ["ConnectionStrings__Redis"] = _redis.NewInstallation(),
        });
        (await _idp.RunAsync("migrate")).ExitCode.ShouldBe(0);
        await _idp.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _idp.DisposeAsync();
        await _redis.DisposeAsync();
        await _postgres.DisposeAsync();
        _http.Dispose();
    }

    /// <summary>Citizens sign up before, during and after the outage; then everything confirmed is looked for.</summary>
    private async Task UnderLoadAsync(Func<Task> outage)
    {
        using var enough = new CancellationTokenSource();
        var citizens = Enumerable.Range(0, 4).Select(i => Task.Run(() => SignUpAgainAndAgainAsync(i, enough.Token))).ToArray();
        await MoreAreConfirmedAsync();

        await outage();

        await MoreAreConfirmedAsync();
        await enough.CancelAsync();
        await Task.WhenAll(citizens);

        foreach (var page in _refused)
        {
            // A page with a code and a trace id; no stack trace and nothing that was not expected.
            page.Status.ShouldBe(HttpStatusCode.ServiceUnavailable, page.Text);
            page.ProblemCode.ShouldNotBeNull();
            page.Body.ShouldNotContain("   at ");
        }

        await NoneIsLostOrDoubledAsync();
        await EveryoneIsStillSignedInAsync();
    }

    private async Task SignUpAgainAndAgainAsync(int citizen, CancellationToken enough)
    {
        // A person who was refused takes a moment; without it four of them would keep a processor busy with refusals.
        using var moment = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (var n = 0; !enough.IsCancellationRequested; n++)
        {
            var label = $"citizen {citizen}-{n}";
            var browser = new CitizenBrowser(_http, _idp.Origin);
            try
            {
                await browser.OpenAsync("/sign-up");
                if (browser.Page.Status == HttpStatusCode.OK)
                {
                    await browser.SendAsync(browser.Page.PlainForm, ("label", label));
                }

                if (browser.Page.Status == HttpStatusCode.OK)
                {
                    await browser.UsePasskeyAsync();
                }

                if (browser.Page is { Status: HttpStatusCode.OK, Path: "/sign-up/done" })
                {
                    _confirmed[label] = browser;
                }
                else
                {
                    _refused.Add(browser.Page);
                    await moment.WaitForNextTickAsync(CancellationToken.None);
                }
            }
            catch (HttpRequestException exception)
            {
                _cut.Add(exception);
                await moment.WaitForNextTickAsync(CancellationToken.None);
            }
        }
    }

    private Task MoreAreConfirmedAsync()
    {
        var target = _confirmed.Count + 12;
        return Eventually.TrueAsync(() => Task.FromResult(_confirmed.Count >= target), "more citizens signed up");
    }

    /// <summary>
    /// The number of accounts may exceed what was confirmed, by those whose answer did not arrive; but each is whole, and
    /// nobody is there twice.
    /// </summary>
    private async Task NoneIsLostOrDoubledAsync()
    {
        await using var source = NpgsqlDataSource.Create(_database + ";Pooling=false");
        await using var command = source.CreateCommand("""
            SELECT c.display_label,
                   (SELECT count(*) FROM credentials p WHERE p.citizen_id = c.id),
                   (SELECT count(*) FROM audit_events e WHERE e.citizen_id = c.id AND e.name = 'citizen.signed_up')
            FROM citizens c WHERE c.display_label LIKE 'citizen %'
            """);
        await using var reader = await command.ExecuteReaderAsync();
        var stored = new List<string>();
        while (await reader.ReadAsync())
        {
            stored.Add(reader.GetString(0));
            reader.GetInt64(1).ShouldBe(1, "passkeys of " + stored[^1]);
            reader.GetInt64(2).ShouldBe(1, "events of " + stored[^1]);
        }

        stored.ShouldBeUnique();
        _confirmed.Keys.Except(stored).ShouldBeEmpty("confirmed, and lost");
        stored.Count.ShouldBeLessThanOrEqualTo(_confirmed.Count + _refused.Count + _cut.Count);
    }

    private async Task EveryoneIsStillSignedInAsync()
    {
        foreach (var (label, browser) in _confirmed)
        {
            await browser.OpenAsync("/account");
            browser.Page.Path.ShouldBe("/account", label);
        }

        var returning = _confirmed.Values.First().WithoutCookies(_http);
        await returning.SignInAsync();
        returning.Page.Status.ShouldBe(HttpStatusCode.OK);
        returning.Page.Path.ShouldBe("/account");
    }
}
