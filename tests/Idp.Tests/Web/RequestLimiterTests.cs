using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Moi.Identity.Idp.Storage;
using Moi.Identity.Idp.Telemetry;
using Moi.Identity.Idp.Web.Limits;

namespace Moi.Identity.Idp.Tests.Web;

public sealed class RequestLimiterTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 1, 0, 15, TimeSpan.Zero));
    private readonly Counters _shared = new();

    [Fact]
    public void A_sender_is_refused_beyond_the_limit_and_served_again_in_the_next_minute()
    {
        var limiter = New(limit: 100);
        Served(limiter, "a", 200).ShouldBe(100);
        limiter.Add(LimitRule.PagesPerAddress, "a").ShouldBe(TimeSpan.FromSeconds(45));
        limiter.Add(LimitRule.PagesPerAddress, "b").ShouldBeNull("another sender notices nothing");
        limiter.Add(LimitRule.ProgramsPerAddress, "a").ShouldBeNull("and each rule counts for itself");

        _time.Advance(TimeSpan.FromSeconds(45));
        limiter.Add(LimitRule.PagesPerAddress, "a").ShouldBeNull();
    }

    [Fact]
    public void Refusals_weigh_more()
    {
        var limiter = New(limit: 100);
        for (var i = 0; i < 10; i++)
        {
            limiter.Add(LimitRule.PagesPerAddress, "a", 10);
        }

        limiter.Add(LimitRule.PagesPerAddress, "a").ShouldNotBeNull();
    }

    [Fact]
    public void Two_servers_together_let_little_more_through_than_one()
    {
        var (one, two) = (New(limit: 100), New(limit: 100));
        var served = 0;
        for (var i = 0; i < 200; i++)
        {
            served += Served(one, "a", 1) + Served(two, "a", 1);
        }

        // Each may be one tenth behind.
        served.ShouldBeInRange(100, 120);
    }

    [Fact]
    public void A_sign_in_costs_the_shared_store_nothing()
    {
        var limiter = New(limit: new LimitOptions().PagesPerAddress);
        Served(limiter, "citizen", 8);
        _shared.Calls.ShouldBe(0);
        Served(limiter, "office", 1200);
        _shared.Calls.ShouldBe(10);
    }

    [Fact]
    public void Without_the_shared_store_every_server_counts_for_itself()
    {
        _shared.IsAway = true;
        Served(New(limit: 100), "a", 200).ShouldBe(100);
    }

    [Fact]
    public void Off_means_off()
    {
        var limiter = New(limit: 10, enabled: false);
        Served(limiter, "a", 1000).ShouldBe(1000);
        _shared.Calls.ShouldBe(0);
    }

    public void Dispose() => _services.Dispose();

    private static int Served(RequestLimiter limiter, string sender, int requests)
        => Enumerable.Range(0, requests).Count(_ => limiter.Add(LimitRule.PagesPerAddress, sender) is null);

    private RequestLimiter New(int limit, bool enabled = true) => new(
        Options.Create(new LimitOptions { Enabled = enabled, PagesPerAddress = limit, ProgramsPerAddress = limit, RequestsPerClient = limit }),
        new IdpMetrics(_services.GetRequiredService<IMeterFactory>()), _time, NullLogger<RequestLimiter>.Instance, _shared);

    private sealed class Counters : ISharedCounters
    {
        private readonly ConcurrentDictionary<string, long> _totals = new();

        internal int Calls { get; private set; }

        internal bool IsAway { get; set; }

        public Task<long> AddAsync(string key, int amount, TimeSpan lifetime)
        {
            Calls++;
            return IsAway
                ? throw new ShortLivedStoreException("away")
                : Task.FromResult(_totals.AddOrUpdate(key, amount, (_, total) => total + amount));
        }
    }
}
