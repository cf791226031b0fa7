using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Sdk.Tests.Fake;
using Moi.Identity.Sessions;
using Moi.Identity.Testing;

namespace Moi.Identity.Sdk.Tests.Tokens;

/// <summary>Calls in the name of the citizen who is signed in.</summary>
public sealed class UserTokenTests(RedisServer redis)
{
    private const string Good = "OK 200 subject-1 agency openid offline_access taxes.read taxes.write";

    [Theory]
    [InlineData(false, "Bearer ")]
    [InlineData(true, "DPoP ")]
    public async Task A_call_carries_the_citizens_token(bool dpop, string scheme)
    {
        await using var calling = await CallingAgency.StartAsync(dpop);

        (await calling.SignInAndCallAsync()).ShouldBe(Good, calling.Agency.Log.Complaints);

        calling.Api.Received.ShouldAllBe(header => header.StartsWith(scheme, StringComparison.Ordinal));
        var cookie = calling.Agency.Browser.Cookies.GetCookies(new Uri(calling.Agency.Origin)).Sum(c => c.Value.Length);
        cookie.ShouldBeLessThan(700, "the tokens are on the server");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_token_is_used_until_shortly_before_it_expires_and_then_renewed(bool dpop)
    {
        await using var calling = await CallingAgency.StartAsync(dpop);
        await calling.SignInAndCallAsync();
        calling.Agency.Time.Advance(TimeSpan.FromSeconds(269));
        await calling.CallAsync();
        var before = calling.Provider.CountOf("refresh_token");

        calling.Agency.Time.Advance(TimeSpan.FromSeconds(2));
        (await calling.CallAsync()).ShouldBe(Good);
        (await calling.CallAsync()).ShouldBe(Good);

        before.ShouldBe(1, "the sign-in's token is for the provider; the API's own was asked for at the first call");
        calling.Provider.CountOf("refresh_token").ShouldBe(2);
        calling.Api.Received.Distinct().Count().ShouldBe(2);
    }

    [Theory(DisplayName = "RFC 9700 §4.9: where an API redirects to gets no token, and no other for saying that it is bad")]
    [InlineData(false, "Bearer error=\"invalid_token\"")]
    [InlineData(true, "DPoP error=\"invalid_token\"")]
    [InlineData(true, "DPoP error=\"use_dpop_nonce\"")]
    public async Task A_redirect_elsewhere(bool dpop, string challenge)
    {
        await using var calling = await CallingAgency.StartAsync(dpop, (client, api) => client.AddMoiUserToken(resource: api)
            .ConfigurePrimaryHttpMessageHandler(() =>
            {
                var handler = LocalhostHttp.Handler();
                handler.AllowAutoRedirect = true;
                return handler;
            }));
        await using var elsewhere = await FakeApi.StartAsync(calling.Provider, calling.Agency.Time);
        elsewhere.Before = context =>
        {
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = challenge;
            context.Response.Headers["DPoP-Nonce"] = "n-1";
            return true;
        };
        calling.Api.Before = context =>
        {
            context.Response.Redirect(elsewhere.Origin + "/who");
            return true;
        };

        (await calling.SignInAndCallAsync()).ShouldBe("OK 401 ", calling.Agency.Log.Complaints);

        elsewhere.Received.ShouldBe([""]);
    }

    [Fact]
    public async Task Without_a_purpose_the_token_of_the_sign_in_is_used()
    {
        await using var calling = await CallingAgency.StartAsync(dpop: false, (client, _) => client.AddMoiUserToken());
        calling.Provider.BendAccessToken = token => token.Payload["aud"] = calling.Api.Origin;

        (await calling.SignInAndCallAsync()).ShouldBe(Good);

        calling.Provider.CountOf("refresh_token").ShouldBe(0);
    }

    [Fact]
    public async Task A_call_may_ask_for_less_than_the_sign_in()
    {
        await using var calling = await CallingAgency.StartAsync(
            dpop: false, (client, _) => client.AddMoiUserToken("taxes.read", "https://other.example"), [("MoiIdentityApi:Audience", "https://other.example")]);

        (await calling.SignInAndCallAsync()).ShouldBe("OK 200 subject-1 agency taxes.read");

        calling.Provider.TokenRequests.Last()["resource"].ShouldBe("https://other.example");
    }

    [Theory]
    [InlineData("Memory")]
    [InlineData("Redis")]
    public async Task Many_calls_at_once_renew_once(string store)
    {
        await using var calling = await CallingAgency.StartAsync(dpop: true, settings: SessionStores.Settings(store, redis));
        await calling.SignInAndCallAsync();
        var other = store == "Redis" ? await calling.Agency.StartPeerAsync() : null;
        calling.Agency.Time.Advance(TimeSpan.FromSeconds(280));
        var all = new TaskCompletionSource();
        calling.Provider.DuringRefresh = () => all.Task;

        var calls = Enumerable.Range(0, 20).Select(i => calling.CallAsync("/call/who", i % 2 == 0 ? null : other)).ToArray();
        await calling.WaitForRefreshAsync(2);
        all.SetResult();

        (await Task.WhenAll(calls)).ShouldAllBe(answer => answer == Good);
        calling.Provider.CountOf("refresh_token").ShouldBe(2, "one for the first call, one for the twenty");
    }

    [Fact]
    public async Task An_instance_that_does_not_share_the_memory_uses_what_another_renewed()
    {
        await using var calling = await CallingAgency.StartAsync(dpop: true, settings: SessionStores.Settings("Redis", redis));
        await calling.SignInAndCallAsync();
        var other = await calling.Agency.StartPeerAsync();

        (await calling.CallAsync("/call/who", other)).ShouldBe(Good);
        calling.Agency.Time.Advance(TimeSpan.FromSeconds(280));
        (await calling.CallAsync("/call/who", other)).ShouldBe(Good);
        (await calling.CallAsync()).ShouldBe(Good);

        calling.Provider.CountOf("refresh_token").ShouldBe(2);
        calling.Api.Received.TakeLast(2).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_call_that_is_given_up_during_a_renewal_loses_nothing()
    {
        await using var calling = await CallingAgency.StartAsync(dpop: false);
        await calling.SignInAndCallAsync();
        calling.Agency.Time.Advance(TimeSpan.FromSeconds(280));
        var renewal = new TaskCompletionSource();
        calling.Provider.DuringRefresh = () => renewal.Task;
        using var giveUp = new CancellationTokenSource();

        var call = calling.CallAsync("/call/who", null, giveUp.Token);
        await calling.WaitForRefreshAsync(2);
        await giveUp.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(call);
        renewal.SetResult();

        (await calling.CallAsync()).ShouldBe(Good);
        calling.Provider.CountOf("refresh_token").ShouldBe(2);
    }

    [Fact]
    public async Task A_nonce_is_for_the_server_it_came_from()
    {
        await using var calling = await CallingAgency.StartAsync(dpop: true, apiSettings: [("MoiIdentityApi:DpopNonce", "true")]);
        calling.Provider.Nonce = "n-1";
        (await calling.SignInAndCallAsync()).ShouldBe(Good);
        calling.Agency.Time.Advance(TimeSpan.FromSeconds(280));
        calling.Provider.Proofs.Clear();

        (await calling.CallAsync()).ShouldBe(Good);

        calling.Provider.Proofs.ShouldAllBe(proof => proof.Error == null);
    }

    [Fact]
    public async Task A_token_that_the_API_refuses_is_renewed_once_and_the_call_made_again()
    {
        await using var calling = await CallingAgency.StartAsync(dpop: false);
        await calling.SignInAndCallAsync();
        var refusals = 1;
        calling.Api.Before = context =>
        {
            if (refusals-- <= 0)
            {
                return false;
            }

            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = "Bearer realm=\"x\", error=\"invalid_token\", error_description=\"expired\"";
            return true;
        };

        (await calling.CallAsync("/post")).ShouldBe("OK 200 the body");
        calling.Provider.CountOf("refresh_token").ShouldBe(2);

        refusals = 2;
        (await calling.CallAsync("/post")).ShouldBe("OK 401 ", "the second refusal is the answer");
        calling.Provider.CountOf("refresh_token").ShouldBe(3);
    }

    [Fact]
    public async Task A_refusal_for_another_reason_is_the_answer()
    {
        await using var calling = await CallingAgency.StartAsync(dpop: false);

        (await calling.SignInAndCallAsync("/call/letters")).ShouldBe("OK 401 ");

        calling.Api.Received.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_nonce_of_an_API_is_followed_and_kept()
    {
        await using var calling = await CallingAgency.StartAsync(dpop: true, apiSettings: [("MoiIdentityApi:DpopNonce", "true")]);

        (await calling.SignInAndCallAsync()).ShouldBe(Good);
        (await calling.CallAsync()).ShouldBe(Good);
        (await calling.CallAsync("/post")).ShouldBe("OK 200 the body");

        calling.Api.Received.Count.ShouldBe(4, "only the first call was sent twice");
    }

    [Fact]
    public async Task When_the_provider_no_longer_renews_the_session_ends_here_too()
    {
        await using var calling = await CallingAgency.StartAsync(dpop: false);
        await calling.SignInAndCallAsync();
        calling.Provider.ForgetRefreshTokens();
        calling.Agency.Time.Advance(TimeSpan.FromSeconds(280));

        (await calling.CallAsync()).ShouldStartWith("OK SignInNeeded invalid_grant MOI053");

        (await calling.Agency.IsSignedInAsync()).ShouldBeFalse();
        calling.Api.Received.Count.ShouldBe(1, "nothing was sent without a token");
    }

    /// <summary>
    /// SECURITY: when a lock runs out, another instance uses the same refresh token, which ends the grant. Seen failing on 2026-11-27: each
    /// document of discovery may be asked for twice and take ten seconds each time, all of it inside the lock.
    /// </summary>
    [Fact]
    public async Task A_session_is_locked_while_a_token_is_fetched_and_not_while_discovery_is()
    {
        WatchedLocks? locks = null;
        await using var calling = await CallingAgency.StartAsync(dpop: false, (client, api) => client.AddMoiUserToken(resource: api).Services
            .AddSingleton<ISessionRecords>(services => locks = new WatchedLocks(services.GetRequiredService<MemorySessionRecords>())));
        await calling.SignInAndCallAsync();
        var (duringDiscovery, duringRefresh) = (new List<bool>(), new List<bool>());
        calling.Provider.BeforeDiscovery = () =>
        {
            duringDiscovery.Add(locks!.IsHeld);
            return Task.CompletedTask;
        };
        calling.Provider.DuringRefresh = () =>
        {
            duringRefresh.Add(locks!.IsHeld);
            return Task.CompletedTask;
        };
        calling.Agency.Time.Advance(TimeSpan.FromMinutes(6));

        (await calling.CallAsync()).ShouldBe(Good);

        duringDiscovery.ShouldBe([false, false], "the agency's, and the API's own");
        duringRefresh.ShouldBe([true]);
        locks!.IsHeld.ShouldBeFalse();
        var http = calling.Agency.Services.GetRequiredService<BackChannel.Provider>().Http;
        (locks.AtMost - http.Timeout).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(15), "the store is read twice and written once, each in 5 seconds");
    }

    [Theory]
    [InlineData(502, "<html>down</html>", "ProviderUnreachable  MOI051")]
    [InlineData(200, "<html>welcome</html>", "ProviderUnreachable  MOI051")]
    [InlineData(200, """{"access_token":"a","access_token":"b","token_type":"Bearer"}""", "ProviderUnreachable  MOI051")]
    [InlineData(200, """{"access_token":"a","token_type":"DPoP"}""", "ProviderUnreachable  MOI051")]
    [InlineData(200, """{"token_type":"Bearer"}""", "ProviderUnreachable  MOI051")]
    [InlineData(200, """{"access_token":"a\nb","token_type":"Bearer"}""", "ProviderUnreachable  MOI051")]
    [InlineData(400, """{"error":"invalid_scope","error_description":"<b>secret</b>"}""", "Refused invalid_scope MOI052")]
    [InlineData(401, """{"error":"invalid_client"}""", "Refused invalid_client MOI052")]
    [InlineData(429, """{"error":"temporarily_unavailable"}""", "ProviderUnreachable  MOI051")]
    [InlineData(400, """{"error":"temporarily_unavailable"}""", "ProviderUnreachable  MOI051")]
    [InlineData(400, """{"error":"server_error"}""", "ProviderUnreachable  MOI051")]
    public async Task A_provider_that_fails_is_told_in_one_line_and_the_session_goes_on(int status, string body, string said)
    {
        await using var calling = await CallingAgency.StartAsync(dpop: false);
        await calling.SignInAndCallAsync();
        calling.Agency.Time.Advance(TimeSpan.FromSeconds(280));
        calling.Provider.TokenError = ("refresh_token", status, body);

        var answer = await calling.CallAsync();

        answer.ShouldStartWith("OK " + said);
        answer.ShouldNotContain("<");
        calling.Provider.TokenError = null;
        (await calling.Agency.IsSignedInAsync()).ShouldBeTrue();
    }

    /// <summary>Seen failing on 2026-11-27, with a provider that answers <c>invalid_grant</c>: the session ended.</summary>
    [Fact(DisplayName = "RFC 6749 §6: a call for more than the sign-in brought is refused alone, and the others go on")]
    public async Task More_than_was_granted()
    {
        await using var calling = await CallingAgency.StartAsync(dpop: false, (client, api) =>
        {
            client.AddMoiUserToken("taxes.read", api);
            client.Services.AddHttpClient("more", http => http.BaseAddress = new Uri(api))
                .ConfigurePrimaryHttpMessageHandler(() => LocalhostHttp.Handler())
                .AddMoiUserToken("taxes.read taxes.delete", api);
        });
        (await calling.SignInAndCallAsync()).ShouldBe("OK 200 subject-1 agency taxes.read");

        (await calling.CallAsync("/call/who?client=more")).ShouldStartWith("OK Refused invalid_scope MOI052");

        (await calling.Agency.IsSignedInAsync()).ShouldBeTrue();
        calling.Agency.Time.Advance(TimeSpan.FromSeconds(280));
        (await calling.CallAsync()).ShouldBe("OK 200 subject-1 agency taxes.read");
    }

    [Fact]
    public async Task A_provider_that_is_away_is_told_and_the_session_goes_on()
    {
        await using var calling = await CallingAgency.StartAsync(dpop: false);
        await calling.SignInAndCallAsync();
        calling.Agency.Time.Advance(TimeSpan.FromSeconds(280));
        await calling.Provider.StopAsync();

        (await calling.CallAsync()).ShouldStartWith("OK ProviderUnreachable  MOI051");
        (await calling.Agency.IsSignedInAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task A_session_that_ends_during_a_renewal_stays_ended()
    {
        await using var calling = await CallingAgency.StartAsync(dpop: false);
        await calling.SignInAndCallAsync();
        calling.Agency.Time.Advance(TimeSpan.FromSeconds(280));
        calling.Provider.DuringRefresh = async () => (await calling.Agency.LogOutByBackChannelAsync(calling.Provider.NewLogoutToken().Write())).Dispose();

        await calling.CallAsync();

        (await calling.Agency.IsSignedInAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task Without_a_refresh_token_the_citizen_signs_in_again()
    {
        await using var calling = await CallingAgency.StartAsync(dpop: false, (client, _) => client.AddMoiUserToken(), null, ("Scopes:0", "openid"));
        calling.Provider.BendAccessToken = token => token.Payload["aud"] = calling.Api.Origin;
        (await calling.SignInAndCallAsync()).ShouldStartWith("OK 200 subject-1");
        calling.Agency.Time.Advance(TimeSpan.FromSeconds(280));

        (await calling.CallAsync()).ShouldStartWith("OK SignInNeeded  MOI053");
        (await calling.Agency.IsSignedInAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Nobody_signed_in_means_no_call()
    {
        await using var calling = await CallingAgency.StartAsync(dpop: false);

        (await calling.CallAsync("/open-call/who")).ShouldStartWith("OK NobodySignedIn  MOI050");
        calling.Api.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_token_never_goes_over_plain_http_to_another_machine()
    {
        await using var calling = await CallingAgency.StartAsync(
            dpop: false, (client, _) => client.ConfigureHttpClient(http => http.BaseAddress = new Uri("http://taxes.example")).AddMoiUserToken());

        (await calling.SignInAndCallAsync()).ShouldStartWith("OK MOI054");
    }

    [Fact]
    public async Task A_lost_DPoP_key_costs_one_renewal()
    {
        await using var calling = await CallingAgency.StartAsync(dpop: true, settings: SessionStores.Settings("Redis", redis));
        await calling.SignInAndCallAsync();
        Directory.Delete(Path.Combine(calling.Agency.KeysFolder, "dpop"), recursive: true);
        await calling.Agency.RestartAsync();

        (await calling.CallAsync()).ShouldBe(Good, calling.Agency.Log.Complaints);
        (await calling.CallAsync()).ShouldBe(Good);

        calling.Provider.CountOf("refresh_token").ShouldBe(2);
    }

    [Fact]
    public async Task A_restart_and_another_instance_use_the_same_DPoP_key()
    {
        await using var calling = await CallingAgency.StartAsync(dpop: true, settings: SessionStores.Settings("Redis", redis));
        await calling.SignInAndCallAsync();
        await calling.Agency.RestartAsync();

        (await calling.CallAsync()).ShouldBe(Good);
        (await calling.CallAsync("/call/who", await calling.Agency.StartPeerAsync())).ShouldBe(Good);

        calling.Provider.CountOf("refresh_token").ShouldBe(1);
    }
}
