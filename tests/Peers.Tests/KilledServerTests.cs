using System.Collections.Concurrent;
using Moi.Identity.Peers.Tests.Agencies;
using Moi.Identity.Peers.Tests.Servers;
using Moi.Identity.Testing;

namespace Moi.Identity.Peers.Tests;

/// <summary>
/// One of two servers is ended with <c>kill -9</c> in the middle of a load: what it was just answering is lost, and
/// nothing else.
/// </summary>
public sealed class KilledServerTests(Deployment deployment)
{
    /// <summary>What ID tokens call a session, from its own id and the pairwise subject.</summary>
    private const string AgencySessionId =
        "rtrim(translate(encode(substr(sha256(convert_to(g.sid || ' ' || g.subject, 'UTF8')), 1, 16), 'base64'), '+/', '-_'), '=')";

    private const int AtOnce = 8;

    /// <summary>How many sign-ins must have begun and ended before the kill, and how many after it.</summary>
    private const int Enough = 40;

    private readonly Agency _agency = new(deployment, PeerClients.Busy);
    private readonly ConcurrentBag<SignedIn> _succeeded = [];
    private readonly ConcurrentBag<Failed> _failed = [];
    private volatile bool _enough;

    [Fact]
    public async Task A_killed_server_takes_down_what_it_was_answering_and_nothing_else()
    {
        var citizens = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Citizen.SignUpAsync(deployment)));
        var from = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        var load = citizens.Select(SignInAgainAndAgainAsync).ToArray();
        await Eventually.TrueAsync(() => Task.FromResult(_succeeded.Count >= Enough || !_failed.IsEmpty), "the load runs");
        _failed.ShouldBeEmpty();

        var victim = deployment.Nodes[1];
        await victim.KillAsync();
        var dead = TimeProvider.System.GetTimestamp();
        try
        {
            await Eventually.TrueAsync(() => Task.FromResult(_succeeded.Count(done => done.Began > dead) >= Enough), "the load goes on");
        }
        finally
        {
            _enough = true;
            await Task.WhenAll(load);
            await victim.StartAsync();
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{_succeeded.Count} succeeded, {_failed.Count} in flight failed");
        _failed.Where(failure => failure.Began > dead).ShouldBeEmpty("who comes after the kill notices nothing");
        _failed.ShouldAllBe(failure => failure.Why.Node.Contains(Deployment.NameOf(victim), StringComparison.Ordinal));
        await NoRecordIsLostOrDoubledAsync(from);
        await NoRefreshTokenIsDoubledAsync(from);
        await TakesPartAgainAsync(victim);
    }

    private async Task SignInAgainAndAgainAsync(Citizen citizen)
    {
        // Not in the caller's turn: the first await may come late.
        await Task.Yield();
        while (!_enough && _failed.Count <= AtOnce)
        {
            var began = TimeProvider.System.GetTimestamp();
            try
            {
                var tokens = await _agency.RedeemAsync(await _agency.EnterAsync(citizen.InNewBrowser()));
                var next = await _agency.RefreshAsync((string)tokens["refresh_token"]!);
                _succeeded.Add(new SignedIn(began, (string)Agency.Claims((string)next["id_token"]!)["sid"]!));
            }
            catch (RefusedException refused)
            {
                _failed.Add(new Failed(began, refused));
            }
        }
    }

    /// <summary>
    /// Each sign-in that ended well has one record of the session's start and one of the service; of those that were in flight
    /// some have. (The first is written before the session has a name.)
    /// </summary>
    private async Task NoRecordIsLostOrDoubledAsync(Guid from)
    {
        var entered = await EnteredAsync(from);
        entered.ShouldBeUnique();
        entered.Count.ShouldBe((await RecordsAsync("service.entered", from)).Count);
        _succeeded.Select(done => done.Sid).Except(entered).ShouldBeEmpty("no record is lost");
        (entered.Count - _succeeded.Count).ShouldBeInRange(0, _failed.Count);

        var started = (await RecordsAsync("session.started", from)).Count;
        (started - entered.Count).ShouldBeInRange(0, _failed.Count);
        (started - _succeeded.Count).ShouldBeInRange(0, _failed.Count);
    }

    private Task<List<object[]>> RecordsAsync(string name, Guid from)
        => deployment.QueryAsync("SELECT sid FROM audit_events WHERE name = $1 AND id > $2", name, from);

    /// <summary>The services that were entered since, each with the session's id as the agency knows it.</summary>
    private async Task<List<string>> EnteredAsync(Guid from)
        => (await deployment.QueryAsync(
            $"""
            SELECT {AgencySessionId} FROM audit_events e JOIN grants g ON g.sid = e.sid AND g.client_id = e.client_id
            WHERE e.name = 'service.entered' AND e.id > $1
            """,
            from)).ConvertAll(row => (string)row[0]);

    /// <summary>Of each grant one refresh token is good, or none, and those of finished sign-ins are two: a spent one and its heir.</summary>
    private async Task NoRefreshTokenIsDoubledAsync(Guid from)
    {
        // Other tests have used the same servers before.
        var entered = (await EnteredAsync(from)).ToHashSet();
        var grants = (await deployment.QueryAsync(
            $"""
            SELECT {AgencySessionId}, count(*) FILTER (WHERE t.status = 0), count(*)
            FROM grants g JOIN refresh_tokens t ON t.grant_id = g.id GROUP BY g.id, g.sid, g.subject
            """)).Where(grant => entered.Contains((string)grant[0])).ToList();
        grants.Max(grant => (long)grant[1]).ShouldBe(1);
        var finished = _succeeded.Select(done => done.Sid).ToHashSet();
        var theirs = grants.Where(grant => finished.Contains((string)grant[0])).ToList();
        theirs.Count.ShouldBe(finished.Count);
        theirs.Select(grant => ((long)grant[1], (long)grant[2])).Distinct().ShouldBe([(1L, 2L)]);
    }

    private Task TakesPartAgainAsync(IdpProcess node)
        => Eventually.TrueAsync(
            async () => Deployment.NodeOf(await _agency.GetAsync("/connect/jwks")) == Deployment.NameOf(node), "the server takes part again");

    private sealed record SignedIn(long Began, string Sid);

    private sealed record Failed(long Began, RefusedException Why);
}
