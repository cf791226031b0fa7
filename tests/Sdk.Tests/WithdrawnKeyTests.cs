using System.Net;
using Moi.Identity.Sdk.Tests.Api;
using Moi.Identity.Sdk.Tests.Fake;

namespace Moi.Identity.Sdk.Tests;

/// <summary>OpenID Connect Core §10.1.1: a key that the provider has withdrawn opens nothing, also at the first call after a long silence.</summary>
public sealed class WithdrawnKeyTests
{
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(6);

    [Fact]
    public async Task The_first_access_token_after_a_silence_is_checked_with_the_keys_of_today()
    {
        await using var draft = await ApiDraft.StartAsync();
        (await draft.CallAsync()).Status.ShouldBe(200, draft.Api.Log.Complaints);
        draft.Time.Advance(Silence);
        var old = draft.Token();
        draft.Provider.ReplaceKey();

        using var refused = await draft.Api.SendAsync(HttpMethod.Get, "/taxes", "Bearer " + old);

        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await draft.CallAsync()).Status.ShouldBe(200, draft.Api.Log.Complaints);
    }

    [Fact]
    public async Task The_first_access_token_of_a_new_key_after_a_silence_is_accepted()
    {
        await using var draft = await ApiDraft.StartAsync();
        (await draft.CallAsync()).Status.ShouldBe(200, draft.Api.Log.Complaints);
        draft.Time.Advance(Silence);
        draft.Provider.ReplaceKey();

        (await draft.CallAsync()).Status.ShouldBe(200, draft.Api.Log.Complaints);
    }

    [Fact]
    public async Task The_ID_token_of_a_citizen_who_took_their_time_is_checked_with_the_keys_of_today()
    {
        await using var agency = await Agency.StartAsync();
        using var started = await agency.Browser.OnceAsync(HttpMethod.Get, agency.Origin + "/moi/login?returnUrl=/me");
        using var agreed = await agency.Browser.OnceAsync(HttpMethod.Get, started.Headers.Location!.AbsoluteUri);
        agency.Time.Advance(Silence);
        var old = agency.Provider.NewLogoutToken();
        agency.Provider.ReplaceKey();
        agency.Provider.BendIdToken = token => (token.Key, token.Header["kid"]) = (old.Key, (string)old.Header["kid"]!);

        using var refused = await agency.GetAsync(agreed.Headers.Location!.PathAndQuery);

        refused.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("MOI-TOK-101");
        (await agency.IsSignedInAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task The_first_logout_token_after_a_silence_is_checked_with_the_keys_of_today()
    {
        await using var agency = await Agency.StartAsync();
        using var signedIn = await agency.SignInAsync();
        agency.Time.Advance(Silence);
        var old = agency.Provider.NewLogoutToken().Write();
        agency.Provider.ReplaceKey();

        using var refused = await agency.LogOutByBackChannelAsync(old);

        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await agency.IsSignedInAsync()).ShouldBeTrue();
        using var accepted = await agency.LogOutByBackChannelAsync(agency.Provider.NewLogoutToken().Write());
        accepted.StatusCode.ShouldBe(HttpStatusCode.OK, agency.Log.Complaints);
    }
}
