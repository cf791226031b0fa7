using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Sdk.Tests.Fake;
using Moi.Identity.Sessions;
using Moi.Identity.Testing;
using StackExchange.Redis;

namespace Moi.Identity.Sdk.Tests;

/// <summary>Sessions on the server, in both stores.</summary>
public sealed class SessionTests(RedisServer redis)
{
    [Theory]
    [InlineData("Memory", false)]
    [InlineData("Redis", true)]
    public async Task What_a_restart_leaves(string store, bool survives)
    {
        await using var agency = await Agency.StartAsync(SessionStores.Settings(store, redis));
        using var signedIn = await agency.SignInAsync();

        await agency.RestartAsync();

        (await agency.IsSignedInAsync()).ShouldBe(survives);
    }

    /// <summary>Seen failing on 2026-11-27: after the sign-out, Back showed the citizen's data once more.</summary>
    [Fact]
    public async Task What_a_citizen_is_shown_stays_in_no_cache_unless_the_application_says_otherwise()
    {
        await using var agency = await Agency.StartAsync(a =>
        {
            a.Map = app => app.MapGet("/picture", (HttpContext c) =>
            {
                c.Response.Headers.CacheControl = "private, max-age=60";
                return "picture";
            });
            return Task.CompletedTask;
        });
        (await CachingAsync("/")).ShouldBeNull();

        using var signedIn = await agency.SignInAsync();
        signedIn.Headers.CacheControl?.ToString().ShouldBe("no-store");
        (await CachingAsync("/")).ShouldBe("no-store");
        (await CachingAsync("/form")).ShouldBe("no-store");
        (await CachingAsync("/picture")).ShouldBe("max-age=60, private");

        async Task<string?> CachingAsync(string path)
        {
            using var answer = await agency.GetAsync(path);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            return answer.Headers.CacheControl?.ToString();
        }
    }

    [Theory]
    [InlineData("Memory")]
    [InlineData("Redis")]
    public async Task A_session_ends_when_nobody_uses_it_and_lasts_while_somebody_does(string store)
    {
        await using var agency = await Agency.StartAsync(
            [.. SessionStores.Settings(store, redis), ("SessionLifetime", "02:00:00"), ("SessionIdleTimeout", "00:30:00")]);
        using var signedIn = await agency.SignInAsync();
        if (store == "Redis")
        {
            // Redis keeps its own clock: the time left is what can be asked for.
            var ttl = await TimeLeftAsync(agency);
            ttl.ShouldBeInRange(TimeSpan.FromMinutes(29), TimeSpan.FromMinutes(30));
            agency.Time.Advance(TimeSpan.FromMinutes(110));
            (await agency.IsSignedInAsync()).ShouldBeTrue();
            (await TimeLeftAsync(agency)).ShouldBeInRange(TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(10));
            agency.Time.Advance(TimeSpan.FromMinutes(10));
            (await agency.IsSignedInAsync()).ShouldBeFalse();
            return;
        }

        for (var i = 0; i < 4; i++)
        {
            agency.Time.Advance(TimeSpan.FromMinutes(29));
            (await agency.IsSignedInAsync()).ShouldBeTrue();
        }

        agency.Time.Advance(TimeSpan.FromMinutes(4));
        (await agency.IsSignedInAsync()).ShouldBeFalse("two hours are over");

        using var again = await agency.SignInAsync();
        agency.Time.Advance(TimeSpan.FromMinutes(31));
        (await agency.IsSignedInAsync()).ShouldBeFalse("half an hour unused");
    }

    [Theory]
    [InlineData("Memory")]
    [InlineData("Redis")]
    public async Task Every_sign_in_gets_a_key_of_its_own_and_the_earlier_one_is_dead(string store)
    {
        await using var agency = await Agency.StartAsync(SessionStores.Settings(store, redis));
        using var attackers = await agency.SignInAsync();
        var planted = Cookie(agency);

        using var citizens = await agency.SignInAsync(Persona.Second);
        using var thief = new Browser();
        thief.Headers["Cookie"] = "moi-session=" + planted;
        using var stolen = await thief.OnceAsync(HttpMethod.Get, agency.Origin + "/form");

        (await citizens.Content.ReadAsStringAsync()).ShouldContain("subject-2");
        Cookie(agency).ShouldNotBe(planted);
        stolen.StatusCode.ShouldBe(HttpStatusCode.Redirect, "the session that was planted before the sign-in opens nothing");
    }

    [Theory]
    [InlineData("Memory")]
    [InlineData("Redis")]
    public async Task An_application_can_end_a_citizens_sessions(string store)
    {
        await using var agency = await Agency.StartAsync(SessionStores.Settings(store, redis));
        using var signedIn = await agency.SignInAsync(Persona.First with { Subject = "ended-" + store });
        var sessions = agency.Services.GetRequiredService<IMoiSessions>();

        (await sessions.EndBySubjectAsync("somebody else")).ShouldBe(0);
        (await agency.IsSignedInAsync()).ShouldBeTrue();
        (await sessions.EndBySubjectAsync("ended-" + store)).ShouldBe(1);
        (await agency.IsSignedInAsync()).ShouldBeFalse();
    }

    /// <summary>A refresh token that is lost ends the session at the next renewal.</summary>
    [Fact]
    public async Task A_change_in_memory_is_kept_while_the_session_is_in_use()
    {
        var records = new MemorySessionRecords(Microsoft.Extensions.Options.Options.Create(new MoiIdentityOptions()), TimeProvider.System);
        await records.AddAsync(new SessionRecord("id", [0], null, "subject", TimeProvider.System.GetUtcNow().AddHours(1)), CancellationToken.None);
        using var over = new CancellationTokenSource();
        var use = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                await records.FindAsync("id", CancellationToken.None);
            }
        });

        for (var i = 0; i < 2000; i++)
        {
            var data = BitConverter.GetBytes(i);
            await records.ReplaceAsync("id", data, CancellationToken.None);
            (await records.FindAsync("id", CancellationToken.None)).ShouldBe(data);
        }

        await over.CancelAsync();
        await use;
    }

    [Fact]
    public async Task Redis_holds_nothing_that_can_be_read_used_or_exchanged()
    {
        await using var server = new RedisServer();
        await server.InitializeAsync();
        await using var agency = await Agency.StartAsync(SessionStores.Settings("Redis", server));
        using var first = await agency.SignInAsync();
        using var other = new Browser();
        agency.Provider.Persona = Persona.Second with { Sid = "sid-2" };
        using var second = await other.GetAsync(agency.Origin + "/moi/login");
        await using var connection = await ConnectionMultiplexer.ConnectAsync(agency.Settings["MoiIdentity:Redis"]!);
        var db = connection.GetDatabase();
        var keys = connection.GetServers().Single().Keys(pattern: "*").Select(k => k.ToString()).ToArray();
        var sessions = keys.Where(k => k.Contains(":session:", StringComparison.Ordinal)).ToArray();

        sessions.Length.ShouldBe(2);
        string.Join(' ', keys).ShouldNotContain("subject-");
        string.Join(' ', keys).ShouldNotContain("sid-1");
        foreach (var session in sessions)
        {
            var data = Encoding.UTF8.GetString((byte[])(await db.HashGetAsync(session, "data"))!);
            data.ShouldNotContain("subject-");
            data.ShouldNotContain("eyJ");
        }

        // Whoever can write to Redis cannot give one citizen the session of another.
        var (a, b) = (await db.HashGetAsync(sessions[0], "data"), await db.HashGetAsync(sessions[1], "data"));
        await db.HashSetAsync(sessions[0], "data", b);
        await db.HashSetAsync(sessions[1], "data", a);
        (await agency.IsSignedInAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task When_Redis_is_away_nobody_is_let_in_and_nobody_loses_their_session()
    {
        await using var server = new RedisServer { KeepsData = true };
        await server.InitializeAsync();
        await using var agency = await Agency.StartAsync(
            ("SessionStore", "Redis"), ("Redis", server.ConnectionString + ",connectTimeout=500"));
        using var signedIn = await agency.SignInAsync();
        signedIn.StatusCode.ShouldBe(HttpStatusCode.OK);
        await server.KillAsync();

        using var away = await agency.Browser.OnceAsync(HttpMethod.Get, agency.Origin + "/form");
        away.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await away.Content.ReadAsStringAsync()).ShouldContain("MOI-SYS-102");
        using var health = await agency.Browser.OnceAsync(HttpMethod.Get, agency.Origin + "/health");
        health.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);

        await server.StartAsync();
        await Eventually.TrueAsync(agency.IsSignedInAsync, "the session is back with Redis");
    }

    [Theory]
    [InlineData("Memory")]
    [InlineData("Redis")]
    public async Task A_session_is_never_handed_over_to_another_sign_in(string store)
    {
        await using var agency = await Agency.StartAsync(SessionStores.Settings(store, redis));
        var tickets = agency.Services.GetRequiredService<CitizenTicketStore>();
        var key = await tickets.StoreAsync(Ticket("a"));

        await tickets.RenewAsync(key, Ticket("a"));
        await Should.ThrowAsync<InvalidOperationException>(() => tickets.RenewAsync(key, Ticket("b")));
        await Should.ThrowAsync<InvalidOperationException>(() => tickets.RenewAsync("unknown", Ticket("a")));
        (await tickets.RetrieveAsync(key))!.Principal.Identity!.IsAuthenticated.ShouldBeTrue();
    }

    private static Microsoft.AspNetCore.Authentication.AuthenticationTicket Ticket(string signIn)
    {
        var properties = new Microsoft.AspNetCore.Authentication.AuthenticationProperties();
        properties.Items[CitizenTicketStore.SignInItem] = signIn;
        return new(new(new System.Security.Claims.ClaimsIdentity([new("sub", "ticket")], "test")), properties, MoiIdentityDefaults.SessionScheme);
    }

    private static string Cookie(Agency agency) => agency.Browser.Cookies.GetCookies(new Uri(agency.Origin))["moi-session"]!.Value;

    private static async Task<TimeSpan> TimeLeftAsync(Agency agency)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(agency.Settings["MoiIdentity:Redis"]!);
        var left = await Task.WhenAll(connection.GetServers().Single().Keys(pattern: "moi:agency:session:*")
            .Select(key => connection.GetDatabase().KeyTimeToLiveAsync(key)));
        return left.Min()!.Value;
    }
}
