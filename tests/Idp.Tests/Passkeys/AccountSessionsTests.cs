using Moi.Identity.Idp.Tests.Hosting;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Passkeys;

public sealed class AccountSessionsOnSqliteTests(SqliteIdp idp) : AccountSessionsTests(idp), IClassFixture<SqliteIdp>;

public sealed class AccountSessionsOnPostgresTests(PostgresIdp idp) : AccountSessionsTests(idp), IClassFixture<PostgresIdp>;

/// <summary>Where somebody is signed in, and signing out here or there.</summary>
public abstract class AccountSessionsTests(IdpFixture idp)
{
    [Fact]
    public async Task One_session_is_signed_out_from_another_at_the_next_request()
    {
        using var browser = await idp.CitizenAsync();
        using var other = idp.Browser(browser.Authenticator);
        await other.SignInAsync();
        var sid = (await idp.SessionOfAsync(other))!.Sid;

        var page = await browser.OpenAsync("/account/sessions");
        await browser.SendAsync(page.Forms.Single(form => form.Fields.GetValueOrDefault("sid") == sid));
        browser.Page.Text.ShouldContain("Signed out.");
        (await other.OpenAsync("/account")).Path.ShouldBe("/sign-in");
        (await browser.OpenAsync("/account")).Path.ShouldBe("/account");
    }

    [Fact]
    public async Task All_other_sessions_are_signed_out_at_once()
    {
        using var browser = await idp.CitizenAsync();
        var others = new List<CitizenBrowser>();
        for (var i = 0; i < 3; i++)
        {
            others.Add(idp.Browser(browser.Authenticator));
            await others[i].SignInAsync();
        }

        var page = await browser.OpenAsync("/account/sessions");
        await browser.SendAsync(page.Forms.Single(form => form.Action.Contains("EndOthers", StringComparison.Ordinal)));
        foreach (var other in others)
        {
            (await other.OpenAsync("/account")).Path.ShouldBe("/sign-in");
            other.Dispose();
        }

        (await browser.OpenAsync("/account/sessions")).Text.ShouldContain("on this device only");
    }

    [Fact]
    public async Task Somebody_elses_session_cannot_be_ended()
    {
        using var victim = await idp.CitizenAsync();
        var sid = (await idp.SessionOfAsync(victim))!.Sid;
        using var browser = await idp.CitizenAsync();
        var page = await browser.OpenAsync("/account/sessions");
        await browser.SendAsync(page.Forms.First(form => form.Fields.ContainsKey("sid")), ("sid", sid));
        (await victim.OpenAsync("/account")).Path.ShouldBe("/account");
    }

    [Fact]
    public async Task Signing_out_needs_a_post_and_ends_the_session()
    {
        using var browser = await idp.CitizenAsync();
        using var copy = idp.CopyOf(browser);
        await browser.OpenAsync("/sign-out");
        (await copy.OpenAsync("/account")).Path.ShouldBe("/account");
        await browser.SendAsync(browser.Page.Forms.Single(form => form.Action != "/session"));
        browser.Page.Path.ShouldBe("/signed-out");
        browser.Cookies.Keys.ShouldNotContain("moi-session");
        (await copy.OpenAsync("/account")).Path.ShouldBe("/sign-in");
    }
}
