using System.Net;
using System.Text.Json.Nodes;
using Moi.Identity.Idp.Features.Oidc.Keys;

namespace Moi.Identity.Idp.Tests.Oidc.Keys;

/// <summary>What is valid stays valid when a key stops signing; what a revoked key signed is worth nothing.</summary>
public abstract class TokensThroughRotationTests(OidcServer server)
{
    private static void Offline(Dictionary<string, string> request) => request["scope"] = "openid profile offline_access";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nothing_that_is_valid_dies_when_a_key_stops_signing(bool isByPlan)
    {
        await server.RenewAsync();
        if (isByPlan)
        {
            server.Move(KeyServer.UntilAnnounced + TimeSpan.FromMinutes(1));
            await server.AnnounceDueAsync();
            server.Time.AdjustTime(server.Ring().Schedule("ES256").Next!.ActivatesAt - TimeSpan.FromSeconds(10));
        }

        var old = server.Signing();
        var (agency, browser, tokens) = await EnterAsync();
        using var open = browser;
        var code = await agency.EnterAsync(browser, Offline);
        KeyServer.Kid((string)tokens["id_token"]!).ShouldBe(old);
        KeyServer.Kid((string)tokens["access_token"]!).ShouldBe(old);

        if (isByPlan)
        {
            server.Move(TimeSpan.FromSeconds(20));
        }
        else
        {
            (await server.Rotation().RotateNowAsync("ES256", CancellationToken.None)).ShouldBe(KeyOutcome.Replaced);
        }

        server.Signing().ShouldNotBe(old);
        (await agency.UserInfoAsync((string)tokens["access_token"]!)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await IsActiveAsync(agency, (string)tokens["access_token"]!)).ShouldBeTrue();
        (await IsActiveAsync(agency, (string)tokens["refresh_token"]!)).ShouldBeTrue();
        foreach (var answer in (JsonObject[])
            [await (await agency.RedeemAsync(code)).JsonAsync(), await (await agency.RefreshAsync((string)tokens["refresh_token"]!)).JsonAsync()])
        {
            KeyServer.Kid((string)answer["id_token"]!).ShouldBe(server.Signing());
            KeyServer.Kid((string)answer["access_token"]!).ShouldBe(server.Signing());
            (await agency.UserInfoAsync((string)answer["access_token"]!)).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        server.Move(TimeSpan.FromMinutes(30));
        (await browser.GetAsync(agency.LogoutAddress((string)tokens["id_token"]!))).Redirect().AbsolutePath.ShouldBe("/bye");
    }

    [Fact]
    public async Task What_a_revoked_key_signed_is_refused_and_the_session_stays()
    {
        await server.RenewAsync();
        var old = server.Signing();
        var (agency, browser, tokens) = await EnterAsync();
        using var open = browser;
        var code = await agency.EnterAsync(browser, Offline);
        (await agency.UserInfoAsync((string)tokens["access_token"]!)).StatusCode.ShouldBe(HttpStatusCode.OK);

        (await server.Rotation().RevokeAsync(old, CancellationToken.None)).ShouldBe(KeyOutcome.Revoked);

        (await agency.UserInfoAsync((string)tokens["access_token"]!)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await IsActiveAsync(agency, (string)tokens["access_token"]!)).ShouldBeFalse();
        (await browser.GetAsync(agency.LogoutAddress((string)tokens["id_token"]!))).Redirect()
            .AbsolutePath.ShouldBe("/connect/logout/confirm", "it proves nothing any more: the citizen is asked");

        // Codes, refresh tokens and sessions are not signed with it.
        KeyServer.Kid((string)(await (await agency.RedeemAsync(code)).JsonAsync())["id_token"]!).ShouldBe(server.Signing());
        var refreshed = await (await agency.RefreshAsync((string)tokens["refresh_token"]!)).JsonAsync();
        (await agency.UserInfoAsync((string)refreshed["access_token"]!)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await browser.GetAsync(await agency.PushAsync(r => r["prompt"] = "none"))).Redirect().Query().ShouldContainKey("code");
    }

    [Fact]
    public async Task A_token_that_was_used_before_is_good_neither_changed_nor_after_its_time()
    {
        await server.RenewAsync();
        var (agency, browser, tokens) = await EnterAsync();
        using var open = browser;
        var token = (string)tokens["access_token"]!;
        (await agency.UserInfoAsync(token)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await IsActiveAsync(agency, token)).ShouldBeTrue();

        var parts = token.Split('.');
        var other = parts[2][5] == 'A' ? 'B' : 'A';
        foreach (var changed in (string[])[$"{parts[0]}.{parts[1]}.{parts[2][..5]}{other}{parts[2][6..]}", $"{parts[0]}.{parts[1]}.", token + "A"])
        {
            (await agency.UserInfoAsync(changed)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            (await IsActiveAsync(agency, changed)).ShouldBeFalse();
        }

        server.Move(TimeSpan.FromHours(2));
        (await agency.UserInfoAsync(token)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await IsActiveAsync(agency, token)).ShouldBeFalse();
    }

    private static async Task<bool> IsActiveAsync(TestAgency agency, string token)
        => (bool)(await (await agency.PostAsync("/connect/introspect", new() { ["token"] = token })).JsonAsync())["active"]!;

    private async Task<(TestAgency Agency, TestBrowser Browser, JsonObject Tokens)> EnterAsync()
    {
        var agency = await server.NewAgencyAsync();
        var browser = server.NewBrowser();
        await server.SignInAsync(browser, await server.NewCitizenAsync());
        return (agency, browser, await agency.GetTokensAsync(browser, Offline));
    }
}

public sealed class SqliteTokensThroughRotationTests(SqliteOidcServer server)
    : TokensThroughRotationTests(server), IClassFixture<SqliteOidcServer>;

public sealed class PostgresTokensThroughRotationTests(PostgresOidcServer server)
    : TokensThroughRotationTests(server), IClassFixture<PostgresOidcServer>;
