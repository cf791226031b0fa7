using System.Net;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Moi.Identity.Sdk.Tests.Api;
using Moi.Identity.Sdk.Tests.Fake;

namespace Moi.Identity.Sdk.Tests;

/// <summary>How old the provider's keys may be: five minutes while it is there, an hour while it is away.</summary>
public sealed class KeySetAgeTests
{
    [Theory]
    [InlineData(4.9, 1)]
    [InlineData(5, 2)]
    public async Task Keys_are_fetched_again_after_five_minutes(double minutes, int fetches)
    {
        await using var draft = await ApiDraft.StartAsync();
        (await draft.CallAsync()).Status.ShouldBe(200, draft.Api.Log.Complaints);
        draft.Time.Advance(TimeSpan.FromMinutes(minutes));

        (await draft.CallAsync()).Status.ShouldBe(200, draft.Api.Log.Complaints);

        draft.Provider.DiscoveryCount.ShouldBe(fetches);
    }

    [Fact]
    public async Task However_many_wait_one_fetches()
    {
        await using var agency = await Agency.StartAsync();
        var discovery = Discovery(agency);
        var first = await discovery.GetConfigurationAsync(CancellationToken.None);
        var answer = new TaskCompletionSource();
        agency.Provider.BeforeDiscovery = () => answer.Task;
        agency.Time.Advance(TimeSpan.FromMinutes(6));

        var calls = Enumerable.Range(0, 20).Select(_ => discovery.GetConfigurationAsync(CancellationToken.None)).ToArray();
        calls.ShouldAllBe(call => !call.IsCompleted);
        answer.SetResult();
        var configurations = await Task.WhenAll(calls);

        agency.Provider.DiscoveryCount.ShouldBe(2);
        configurations.Distinct().ShouldHaveSingleItem().ShouldNotBe(first);
    }

    [Fact]
    public async Task Who_gives_up_waiting_does_not_end_the_fetch_for_the_others()
    {
        await using var agency = await Agency.StartAsync();
        var discovery = Discovery(agency);
        var answer = new TaskCompletionSource();
        agency.Provider.BeforeDiscovery = () => answer.Task;
        using var impatience = new CancellationTokenSource();

        var impatient = discovery.GetConfigurationAsync(impatience.Token);
        var patient = discovery.GetConfigurationAsync(CancellationToken.None);
        await impatience.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(impatient);
        answer.SetResult();

        (await patient).SigningKeys.ShouldNotBeEmpty();
        agency.Provider.DiscoveryCount.ShouldBe(1);
    }

    [Fact]
    public async Task While_the_provider_is_away_its_keys_are_good_for_an_hour()
    {
        await using var draft = await ApiDraft.StartAsync();
        (await draft.CallAsync()).Status.ShouldBe(200, draft.Api.Log.Complaints);
        await draft.Provider.StopAsync();

        draft.Time.Advance(TimeSpan.FromMinutes(59));
        var within = await draft.CallAsync();
        draft.Time.Advance(TimeSpan.FromMinutes(2));
        var after = await draft.CallAsync();

        within.Status.ShouldBe(200, draft.Api.Log.Complaints);
        after.Status.ShouldBe(503);
        after.Challenges.ShouldBeEmpty();
        draft.Api.Log.Lines.ShouldContain(line => line.StartsWith("Warning 5601 MOI032", StringComparison.Ordinal), 1);
        draft.Api.Log.Lines.ShouldContain(line => line.Contains("MOI067", StringComparison.Ordinal) && line.Contains("MOI032", StringComparison.Ordinal));
    }

    [Fact]
    public async Task After_that_hour_a_sign_in_and_a_logout_token_wait_for_the_provider_too()
    {
        await using var agency = await Agency.StartAsync();
        using var signedIn = await agency.SignInAsync();
        agency.Provider.BendDiscovery = _ => throw new InvalidOperationException("broken");
        agency.Time.Advance(TimeSpan.FromMinutes(61));

        using var logout = await agency.LogOutByBackChannelAsync(agency.Provider.NewLogoutToken().Write());
        using var signIn = await agency.SignInAsync();

        (await logout.Content.ReadAsStringAsync()).ShouldBe("""{"error":"logout_failed"}""");
        signIn.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await signIn.Content.ReadAsStringAsync()).ShouldContain("MOI-SYS-101");
    }

    [Theory]
    [InlineData(6, 200)]
    [InlineData(61, 503)]
    public async Task A_fetch_that_failed_is_tried_again_after_a_minute(double minutes, int meanwhile)
    {
        await using var draft = await ApiDraft.StartAsync();
        (await draft.CallAsync()).Status.ShouldBe(200, draft.Api.Log.Complaints);
        draft.Provider.BendDiscovery = _ => throw new InvalidOperationException("broken");
        draft.Time.Advance(TimeSpan.FromMinutes(minutes));
        (await draft.CallAsync()).Status.ShouldBe(meanwhile);
        var fetches = draft.Provider.DiscoveryCount;
        fetches.ShouldBeGreaterThan(1);

        draft.Provider.BendDiscovery = _ => { };
        draft.Time.Advance(TimeSpan.FromSeconds(59));
        (await draft.CallAsync()).Status.ShouldBe(meanwhile);
        draft.Provider.DiscoveryCount.ShouldBe(fetches);

        draft.Time.Advance(TimeSpan.FromSeconds(1));
        (await draft.CallAsync()).Status.ShouldBe(200, draft.Api.Log.Complaints);
        draft.Provider.DiscoveryCount.ShouldBe(fetches + 1);
    }

    [Fact]
    public async Task What_a_key_signs_that_was_put_in_place_just_now_is_accepted_at_once_by_an_API()
    {
        await using var draft = await ApiDraft.StartAsync();
        (await draft.CallAsync()).Status.ShouldBe(200, draft.Api.Log.Complaints);

        draft.Provider.ReplaceKey();

        (await draft.CallAsync()).Status.ShouldBe(200, draft.Api.Log.Complaints);
        draft.Provider.DiscoveryCount.ShouldBe(2);
    }

    [Fact]
    public async Task What_a_key_signs_that_was_put_in_place_just_now_is_accepted_at_once_at_a_sign_in_and_a_sign_out()
    {
        await using var agency = await Agency.StartAsync();
        using var before = await agency.SignInAsync();

        agency.Provider.ReplaceKey();
        using var signIn = await agency.SignInAsync();
        agency.Time.Advance(TimeSpan.FromMinutes(1));
        agency.Provider.ReplaceKey();
        using var signOut = await agency.LogOutByBackChannelAsync(agency.Provider.NewLogoutToken().Write());

        signIn.StatusCode.ShouldBe(HttpStatusCode.OK, agency.Log.Complaints);
        signOut.StatusCode.ShouldBe(HttpStatusCode.OK, agency.Log.Complaints);
    }

    [Fact]
    public async Task A_key_that_is_not_known_is_looked_for_once_a_minute()
    {
        await using var draft = await ApiDraft.StartAsync();
        (await draft.CallAsync()).Status.ShouldBe(200, draft.Api.Log.Complaints);

        (await CallWithUnknownKeyAsync(draft)).ShouldBe(401);
        draft.Provider.DiscoveryCount.ShouldBe(2);

        draft.Time.Advance(TimeSpan.FromSeconds(59));
        (await CallWithUnknownKeyAsync(draft)).ShouldBe(401);
        draft.Provider.DiscoveryCount.ShouldBe(2);

        draft.Time.Advance(TimeSpan.FromSeconds(1));
        (await CallWithUnknownKeyAsync(draft)).ShouldBe(401);
        (await CallWithUnknownKeyAsync(draft)).ShouldBe(401);
        draft.Provider.DiscoveryCount.ShouldBe(3);
    }

    [Fact]
    public async Task While_a_key_that_is_not_known_is_looked_for_only_who_brought_it_waits()
    {
        await using var draft = await ApiDraft.StartAsync();
        (await draft.CallAsync()).Status.ShouldBe(200, draft.Api.Log.Complaints);
        var asked = new TaskCompletionSource();
        var answer = new TaskCompletionSource();
        draft.Provider.BeforeDiscovery = () =>
        {
            asked.SetResult();
            return answer.Task;
        };

        var forger = CallWithUnknownKeyAsync(draft);
        await asked.Task;
        (await draft.CallAsync()).Status.ShouldBe(200, draft.Api.Log.Complaints);
        forger.IsCompleted.ShouldBeFalse();

        answer.SetResult();
        (await forger).ShouldBe(401);
    }

    private static async Task<int> CallWithUnknownKeyAsync(ApiDraft draft)
    {
        draft.BendToken = token => token.Header["kid"] = "unknown";
        var call = draft.CallAsync();
        draft.BendToken = _ => { };
        return (await call).Status;
    }

    private static IConfigurationManager<OpenIdConnectConfiguration> Discovery(Agency agency) =>
        agency.Services.GetRequiredService<IOptionsMonitor<OpenIdConnectOptions>>().Get(MoiIdentityDefaults.ChallengeScheme).ConfigurationManager!;
}
